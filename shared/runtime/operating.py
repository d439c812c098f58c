"""Operators' commands at work: open what is needed, do it, tell what became of it."""

import argparse
import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import asyncpg
from aiokafka.errors import KafkaError

from shared.contracts.delivery import UnavailableError
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service, Topic
from shared.contracts.wire import Message
from shared.runtime import operators_text as text
from shared.runtime.access import access_of
from shared.runtime.consumer import Apply, BatchConsumer
from shared.runtime.dead_letters import DeadLetters, Deed, Letter, is_hidden
from shared.runtime.host import Build, Host, open_host
from shared.runtime.observability import set_up_logging
from shared.runtime.operators import filters_of
from shared.runtime.postgres import PASSING_ERRORS, Connection
from shared.runtime.prepare import migrate, provision
from shared.runtime.rebuild import Progress, Rebuilder, rebuild, rebuilt_by
from shared.runtime.replaying import DEAD, Action, Dealt, Order, Replayer, as_asked, begin
from shared.runtime.settings import ServiceSettings, read_settings

DONE, LEFT, UNUSABLE, AWAY = 0, 1, 2, 3
TOLD_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Operated:
    """A service as its operators' commands need it.

    Attributes:
        build: Called only where the service's work is needed; reads its settings.
    """

    service: Service
    migrations: Path
    build: Callable[[], Build]


def operate(options: argparse.Namespace, operated: Operated) -> int:
    """Run what was asked for; 0: done, 1: something is left, 2: unusable, 3: something is away."""
    settings = read_settings(ServiceSettings)
    command = Commands(options, operated, settings, sys.stdout, sys.stderr)
    try:
        return asyncio.run(command.run())
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; what was done stays done, and is written down.\n")
        return LEFT


@dataclass(frozen=True, slots=True)
class Commands:
    """One command, with where it speaks."""

    options: argparse.Namespace
    operated: Operated
    settings: ServiceSettings
    out: TextIO
    err: TextIO

    async def run(self) -> int:
        """Run it; what is away, or not there yet, is said in a sentence."""
        set_up_logging("WARNING", self.err)
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # said in a sentence below
        asked: Callable[[], Awaitable[int]] = getattr(self, f"_{self.options.operate}")
        try:
            return await asked()
        except asyncpg.UndefinedTableError:
            return self._refuse("The tables are not there: run `prepare` first.", UNUSABLE)
        except (*PASSING_ERRORS, KafkaError, asyncpg.PostgresError, UnavailableError) as away:
            kind = type(away).__name__
            return self._refuse(f"The database or the broker cannot be used now: {kind}.", AWAY)

    async def _prepare(self) -> int:
        async with self._host() as host:
            applied = await migrate(host.pool, host.migrations)
        await provision(
            self.settings.kafka_bootstrap, self.operated.service, access_of(self.settings)
        )
        self._say(f"{len(applied)} migrations applied; tables and topics are there.")
        return DONE

    async def _list(self) -> int:
        async with self._letters() as letters:
            found = await letters.find(filters_of(self.options))
        shown = found[: self.options.limit]
        if self.options.json:
            for letter in shown:
                self._say(text.as_json(text.letter_as_dict(letter)))
            return DONE
        if shown:
            self._say(text.table(shown))
        more = f", {len(shown)} shown (--limit)" if len(shown) < len(found) else ""
        self._say(f"{len(found)} letters{more}.")
        return DONE

    async def _show(self) -> int:
        options = self.options
        if options.reveal and not (options.who and options.why):
            return self._refuse("--reveal needs --who and --why.", UNUSABLE)
        async with self._host() as host, host.pool.acquire() as connection:
            async with connection.transaction():
                letters = DeadLetters(connection)
                read = await letters.read(options.letter)
                if read is None:
                    return self._refuse(f"There is no letter {options.letter}.", LEFT)
                if options.reveal:
                    await self._note_reveal(connection)
                deeds = await letters.history(options.letter)
            hidden = is_hidden(read[0].topic) and not options.reveal
            self._show_one(*read, deeds=deeds, hidden=hidden)
        return DONE

    async def _note_reveal(self, connection: Connection) -> None:
        options = self.options
        order = Order(options.who, options.why, "reveal", {"ids": [options.letter]})
        action = await begin(connection, order)
        await action.note(Dealt(options.letter, "revealed"), connection)

    def _show_one(
        self, letter: Letter, message: Message, *, deeds: Sequence[Deed], hidden: bool
    ) -> None:
        if not self.options.json:
            self._say(text.page(letter, message, deeds, hidden=hidden))
            return
        held = text.held_as_dict(message, hidden=hidden)
        told = {**text.letter_as_dict(letter), **held, "history": [asdict(deed) for deed in deeds]}
        self._say(text.as_json(told))

    async def _replay(self) -> int:
        return await self._deal(discard=False)

    async def _discard(self) -> int:
        return await self._deal(discard=True)

    async def _deal(self, *, discard: bool) -> int:
        wanted, options = filters_of(self.options), self.options
        if not (wanted.narrow or options.all):
            return self._refuse("Say which letters, or --all.", UNUSABLE)
        async with self._host() as host:
            apply = _never if discard else self._apply(host)
            replayer = Replayer(
                host.service,
                host.pool,
                apply,
                host.metrics,
                host.failpoint,
                host.progress(),
            )
            async with self._letters_of(host) as letters:
                found = [letter.id for letter in await letters.find(wanted)]
            order = Order(options.who, options.why, options.operate, as_asked(wanted))
            action = Action(None) if options.dry_run else await begin(host.pool, order)
            dealing = replayer.deal(found, action, discard=discard, pause_s=1 / options.rate)
            async for dealt in dealing:
                self._tell_dealt(dealt)
        self._summarise(action)
        return LEFT if action.counts[DEAD] else DONE

    def _tell_dealt(self, dealt: Dealt) -> None:
        line = text.as_json(asdict(dealt)) if self.options.json else text.dealt_line(dealt)
        self._say(line)

    def _summarise(self, action: Action) -> None:
        if self.options.json:
            self._say(text.as_json({"action": action.id, "counts": action.counts}))
        else:
            self._say(text.summary(action.counts, action.id))

    async def _rebuild(self) -> int:
        name, service = self.options.topic, self.operated.service
        topics = rebuilt_by(service)
        if not topics:
            self._say(f"{service} reads no compacted topic: nothing to rebuild.")
            return DONE
        chosen = [t for t in topics if name in (None, t.name, t.name.removeprefix("passerelle."))]
        if not chosen:
            known = ", ".join(topic.name for topic in topics)
            return self._refuse(f"Only these can be rebuilt: {known}.", UNUSABLE)
        async with self._host() as host:
            apply = self._apply(host)
            rebuilder = Rebuilder(
                host.service,
                host.pool,
                apply,
                host.metrics,
                host.failpoint,
                host.progress(),
            )
            for topic in chosen:
                await self._rebuild_one(topic, rebuilder)
        return DONE

    async def _rebuild_one(self, topic: Topic, rebuilder: BatchConsumer) -> None:
        told = 0

        def tell(progress: Progress) -> None:
            nonlocal told
            if progress.read + progress.applied >= told + TOLD_EVERY:
                told = progress.read + progress.applied
                self.err.write(f"{text.progress_line(progress)}\n")

        done = await rebuild(
            topic, self.settings.kafka_bootstrap, rebuilder, tell, access_of(self.settings)
        )
        self._say(text.as_json(asdict(done)) if self.options.json else text.progress_line(done))

    def _apply(self, host: Host) -> Apply:
        apply = self.operated.build()(host).apply
        return apply or _never

    @asynccontextmanager
    async def _host(self) -> AsyncGenerator[Host, None]:
        operated = self.operated
        async with open_host(operated.service, self.settings, operated.migrations) as host:
            yield host

    @asynccontextmanager
    async def _letters(self) -> AsyncGenerator[DeadLetters, None]:
        async with self._host() as host, self._letters_of(host) as letters:
            yield letters

    @asynccontextmanager
    async def _letters_of(self, host: Host) -> AsyncGenerator[DeadLetters, None]:
        async with host.pool.acquire() as connection:
            yield DeadLetters(connection)

    def _say(self, line: str) -> None:
        self.out.write(f"{line}\n")
        self.out.flush()

    def _refuse(self, sentence: str, code: int) -> int:
        self.err.write(f"{sentence}\n")
        return code


async def _never(event: Event | Tombstone, _: Connection) -> None:
    """The work of a service that hears nothing, and of what only throws away."""
    raise UnavailableError(f"no work for {event.key}")
