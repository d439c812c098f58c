"""Carrying a plan of faults out, and mending everything at the end."""

import asyncio
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from deploy.embedded.mailbox.faults import Fault, FaultKind
from deploy.embedded.processes import StartError, until
from tests.reliability.storm import servers
from tests.reliability.storm.house import House
from tests.reliability.storm.links import Weather
from tests.reliability.storm.plan import Kind, Planned

KILLED_ITSELF = 137
STARTS_WITHIN_S, FAILPOINT_WITHIN_S, STOP_WITHIN_S = 60.0, 15.0, 45.0
WEATHERS = {
    Kind.CUT: Weather.CUT,
    Kind.SLOW: Weather.SLOW,
    Kind.LOSES: Weather.LOSES,
    Kind.SILENT: Weather.SILENT,
}


@dataclass
class Nemesis:
    """Breaks a house as planned.

    Attributes:
        say: Told what is done, a line at a time.
        broker_ends: Called when the broker has been ended, with all that it knew.
        amiss: What processes did that no fault explains, one sentence each.
    """

    house: House
    say: Callable[[str], None]
    broker_ends: Callable[[], None]
    done: Counter[str] = field(default_factory=Counter)
    amiss: list[str] = field(default_factory=list)
    _over_at: float = 0.0
    _busy: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def rage(self, plan: Sequence[Planned], seconds: float) -> None:
        """Do everything at its time, for so long; several things may be broken at once."""
        began = time.monotonic()
        self._over_at = began + seconds
        async with asyncio.TaskGroup() as together:
            for planned in plan:
                await asyncio.sleep(max(0.0, began + planned.at_s - time.monotonic()))
                together.create_task(self._one(planned))
            await asyncio.sleep(max(0.0, self._over_at - time.monotonic()))

    async def mend(self) -> None:
        """Let everything work again."""
        for link in self.house.links.values():
            link.turns(Weather.CLEAR)
        await self.house.stack.mailbox.recover()
        async with asyncio.TaskGroup() as together:
            for name in self.house.replicas:
                together.create_task(self._mended(name))

    async def watch(self) -> None:
        """Start again what ended though nobody ended it, for ever; and say so."""
        while True:
            for name in self.house.replicas:
                if not self.house.stack.part(name).is_running and not self._busy[name].locked():
                    async with self._busy[name]:
                        code = await self.house.stack.until_ended(name)
                        self.amiss.append(f"{name} ended by itself with code {code}")
                        self._begin(name)
            await asyncio.sleep(0.5)

    async def _one(self, planned: Planned) -> None:
        async with self._busy[_resource(planned)]:
            if time.monotonic() > self._over_at:  # its target was busy with others until the end
                self.done["faults that came too late"] += 1
                return
            self.say(str(planned))
            try:
                await self._carry_out(planned)
            except (OSError, StartError) as failure:
                self.amiss.append(f"{planned}: {type(failure).__name__} {failure}")
            else:
                self.done[planned.kind] += 1

    async def _carry_out(self, planned: Planned) -> None:
        stack, target = self.house.stack, planned.target
        if planned.kind in WEATHERS:
            await self._weather(planned)
            return
        match planned.kind:
            case Kind.KILL:
                await self._without(target, stack.kill(target), planned.lasts_s)
            case Kind.STOP:
                await self._without(target, self._stopped(target), planned.lasts_s)
            case Kind.FREEZE:
                async with _frozen(stack.part(target).pid):
                    await asyncio.sleep(planned.lasts_s)
            case Kind.FAILPOINT:
                await self._failpoint(target, planned.detail)
            case Kind.MAIL:
                await stack.mailbox.plan(Fault(FaultKind(target), int(planned.detail)))
            case _:
                await self._on_servers(planned)

    async def _on_servers(self, planned: Planned) -> None:
        stack, target = self.house.stack, planned.target
        match planned.kind:
            case Kind.BROKER_EMPTY:
                await stack.kill("broker")
                self.broker_ends()
                await asyncio.sleep(planned.lasts_s)
                await stack.start("broker")
            case Kind.BROKER_FROZEN:
                async with _frozen(stack.part("broker").pid):
                    await asyncio.sleep(planned.lasts_s)
            case Kind.POSTGRES_STOP | Kind.POSTGRES_CRASH:
                stopping = stack.stop if planned.kind is Kind.POSTGRES_STOP else stack.kill
                await stopping("postgres")
                await asyncio.sleep(planned.lasts_s)
                await stack.start("postgres")
            case Kind.SESSIONS:
                await servers.end_sessions(stack, target)
            case Kind.AGAIN:
                await servers.send_again(stack, target, int(planned.detail))
            case Kind.REWIND:
                await servers.rewind(stack, target)
            case _:
                await self._command(target, planned.kind)

    async def _weather(self, planned: Planned) -> None:
        link = self.house.links[planned.target]
        link.turns(WEATHERS[planned.kind])
        await asyncio.sleep(planned.lasts_s)
        link.turns(Weather.CLEAR)

    async def _without(self, name: str, ending: Awaitable[None], lasts_s: float) -> None:
        await ending
        await asyncio.sleep(lasts_s)
        self._begin(name)

    async def _stopped(self, name: str) -> None:
        """SIGTERM: it has to end in good order by itself, if it had begun."""
        process = self.house.stack.process(name)
        had_begun = await self.house.stack.answers(name)
        process.send(signal.SIGTERM)
        if not await until(lambda: not process.is_running, within_s=STOP_WITHIN_S):
            self.amiss.append(f"{name} did not end within {STOP_WITHIN_S:.0f} s of SIGTERM")
            await process.kill()
        elif process.exit_code and (had_begun or process.exit_code != -signal.SIGTERM):
            self.amiss.append(f"{name} ended with code {process.exit_code} after SIGTERM")

    async def _failpoint(self, name: str, place: str) -> None:
        """Start a process that kills itself at a place; or kill it where it never comes there."""
        stack = self.house.stack
        await stack.kill(name)
        stack.extra[name]["PASSERELLE_FAILPOINT"] = place
        self._begin(name)
        await until(lambda: self._answers_or_ended(name), within_s=STARTS_WITHIN_S, every_s=0.2)
        with suppress(TimeoutError):
            if await stack.until_ended(name, within_s=FAILPOINT_WITHIN_S) == KILLED_ITSELF:
                self.done[f"at {place.partition(':')[0]}"] += 1
        await stack.kill(name)
        self._begin(name)

    async def _answers_or_ended(self, name: str) -> bool:
        stack = self.house.stack
        return not stack.part(name).is_running or await stack.answers(name)

    def _begin(self, name: str) -> None:
        stack = self.house.stack
        if not stack.part(name).is_running:
            stack.begin(name)
        stack.extra[name].pop("PASSERELLE_FAILPOINT", None)

    async def _command(self, service: str, kind: Kind) -> None:
        """What an operator types while it rages may fail for want of a server, not otherwise."""
        stack = self.house.stack
        code = await stack.command(service, kind.value, log=stack.log(f"{service}-{kind.value}"))
        self.done[f"{kind.value}: done"] += code == 0
        if code not in (0, 3):
            self.amiss.append(f"{service} {kind.value} ended with code {code}")

    async def _mended(self, name: str) -> None:
        async with self._busy[name]:
            self._begin(name)
            await self.house.stack.until_ready(name)


def _resource(planned: Planned) -> str:
    """What two faults cannot have at the same time."""
    if planned.kind in WEATHERS:
        return f"link {planned.target}"
    if planned.kind in (Kind.SESSIONS, Kind.AGAIN):
        return "postgres"
    if planned.kind in (Kind.PREPARE, Kind.REBUILD):
        return "operator"
    return "a group" if planned.kind is Kind.REWIND else planned.target


@asynccontextmanager
async def _frozen(pid: int) -> AsyncGenerator[None, None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
