"""Everything of Passerelle on this computer: what `make demo` runs, and what the tests run.

    stack = Stack(folder=tmp_path, ports=Ports.free(), durable=False, mailbox_may_fail=True)
    async with stack:                       # all started, every service ready; all stopped after
        stack.url("profiles")               # http://127.0.0.1:PORT; also matcher, notifier, mailbox
        stack.dsn("matcher")                # the database of a service
        stack.bootstrap                     # the broker
        await stack.mailbox.wait_for(to="ana@example.org", subject="confirm")
        await stack.mailbox.plan(Fault(FaultKind.DROP_AFTER_BODY, to="ana@"))
        await stack.kill("notifier")        # SIGKILL; any of PARTS
        await stack.start("notifier")       # again, and wait until it is ready
        stack.extra["notifier"]["PASSERELLE_FAILPOINT"] = "mail_sent:2"     # from its next start
        await stack.until_ended("notifier") # wait until it ends by itself; its exit code
        await stack.command("profiles", "load-samples", "data/capabilities.jsonl")
        stack.env("matcher")                # the whole environment that a service gets

With `replicas=2` every service runs twice; the second process of profiles is the part `profiles-2`.
`start_services=("profiles",)` starts only these; the others can be started later. The folder is
the state: the same folder again means the same data, keys and mails (the database is elsewhere for
root in a closed home, see programs.py; `forget` removes both). The output of each part is in
`<folder>/logs/<part>.log`. Nothing outlives the process that runs the stack, not even if that is
killed; create the stack in its main thread.
"""

import asyncio
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.databases import create_service_database
from deploy.embedded.environment import apache_kafka, dsn, service_environment
from deploy.embedded.folder_lock import locked
from deploy.embedded.keys import Keys, read_or_create_keys
from deploy.embedded.mailbox.client import MailboxClient
from deploy.embedded.part import Part
from deploy.embedded.ports import Ports
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.processes import Process, says_yes, until
from deploy.embedded.web_process import PROJECT, Ready, WebProcess, python_process

SERVICES = ("profiles", "matcher", "notifier")
SERVERS = ("postgres", "broker", "mailbox")
PARTS = (*SERVERS, *SERVICES)


@dataclass
class Stack:
    """PostgreSQL, the broker, the mailbox and the services, each a process of its own."""

    folder: Path
    ports: Ports = field(default_factory=Ports)
    start_services: Sequence[str] = SERVICES
    replicas: int = 1
    """How many processes each service has."""
    durable: bool = True
    """Whether the database survives a power cut; tests are faster without."""
    mailbox_may_fail: bool = False
    kafka: str = ""
    """The address of an Apache Kafka that is there already; empty for the embedded broker."""
    broker_seen_at: int = 0
    """The port at which clients find the embedded broker, when something is in between."""
    common: dict[str, str] = field(default_factory=dict)
    """More environment for every service."""
    extra: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """More environment for one service, from its next start on."""
    say: Callable[[str], None] = lambda _: None
    """Told what happens, a line at a time."""

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            await self._start_all(opening)
            self._opened = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()

    @property
    def bootstrap(self) -> str:
        """The address of the broker."""
        return self.kafka or f"127.0.0.1:{self.ports.broker}"

    @property
    def mailbox(self) -> MailboxClient:
        """What the mailbox has, and how to make it fail."""
        return MailboxClient(self.ports.mailbox)

    @property
    def database_folder(self) -> Path:
        """The folder that is there as long as the databases are."""
        return self._postgres.data.parent

    def url(self, name: str) -> str:
        """Where a service, or the mailbox, serves HTTP."""
        return f"http://127.0.0.1:{self._port(name)}"

    def replicas_of(self, service: str) -> tuple[str, ...]:
        """The parts that are processes of a service."""
        further = (f"{service}-{number}" for number in range(2, self.replicas + 1))
        return (service, *further)

    def dsn(self, service: str) -> str:
        """How a service connects to its database."""
        return dsn(service, self.ports, self._keys)

    def log(self, name: str) -> Path:
        """Where the output of a part goes."""
        return self.folder / "logs" / f"{name}.log"

    def part(self, name: str) -> Part:
        """A part, running or not."""
        return self._parts[name]

    def process(self, name: str) -> Process:
        """A process of a service, running or not."""
        return self._services[name].process

    def env(self, name: str) -> dict[str, str]:
        """The whole environment of a service's process."""
        return {
            **service_environment(_service_of(name), self.ports, self._keys),
            "PASSERELLE_HTTP_PORT": str(self._port(name)),
            **(apache_kafka(self.kafka) if self.kafka else {}),
            **self.common,
            **self.extra[name],
        }

    async def start(self, name: str) -> None:
        """Start a part, and wait until it is ready."""
        if name in self._services:
            self.begin(name)
            await self.until_ready(name)
        else:
            await self.part(name).start()

    def begin(self, service: str) -> None:
        """Start a service without waiting until it is ready."""
        process = self.process(service)
        process.environment = self.env(service)
        process.start()

    async def until_ready(self, service: str) -> None:
        """Wait until a service that was started is ready."""
        await self._services[service].until_ready()

    async def stop(self, *names: str) -> None:
        """Stop parts in good order, all at the same time."""
        await asyncio.gather(*(self.part(name).stop() for name in names))

    async def kill(self, name: str) -> None:
        """End a part at once, as a crash would (SIGKILL)."""
        await self.part(name).kill()

    async def answers(self, name: str) -> bool:
        """Whether a service's process serves HTTP, ready or not."""
        return await says_yes(self._port(name), "/healthz")

    async def until_ended(self, service: str, *, within_s: float = 30) -> int:
        """Wait until a service ends by itself; its exit code (-N: signal N)."""
        process = self.process(service)
        if not await until(lambda: not process.is_running, within_s=within_s):
            raise TimeoutError(f"{service} is still running after {within_s} s")
        return process.exit_code or 0

    async def command(self, service: str, *arguments: str, log: Path | None = None) -> int:
        """Run a command of a service to its end; its output goes to the log, or where ours does."""
        process = Process(
            name=" ".join(arguments[:1]),
            command=[sys.executable, "-m", f"services.{service}", *arguments],
            log=log,
            environment=self.env(service),
            folder=PROJECT,
        )
        process.start()
        try:
            await until(lambda: not process.is_running, within_s=600)
        finally:
            await process.stop()
        return process.exit_code or 0

    async def forget(self) -> None:
        """Remove everything that the stack has kept."""
        await self.stop(*self._parts)
        with locked(self.folder):
            await self._postgres.forget()
            shutil.rmtree(self.folder)

    async def _start_all(self, opening: AsyncExitStack) -> None:
        opening.enter_context(locked(self.folder))
        self.ports.require_free()
        for name in SERVERS:
            if name == "broker" and self.kafka:
                continue
            began = time.monotonic()
            opening.push_async_callback(self.part(name).stop)
            await self.part(name).start()
            self.say(f"{name} is ready ({time.monotonic() - began:.1f} s)")
            if name == "postgres":
                await self._create_databases()
        opening.push_async_callback(self.stop, *self._services)
        names = [name for service in self.start_services for name in self.replicas_of(service)]
        for name in names:
            self.begin(name)
        await asyncio.gather(*map(self._report_ready, names))

    async def _report_ready(self, service: str) -> None:
        began = time.monotonic()
        await self.until_ready(service)
        self.say(f"{service} is ready ({time.monotonic() - began:.1f} s)")

    async def _create_databases(self) -> None:
        for service in SERVICES:
            await create_service_database(
                self._postgres.admin_dsn,
                service,
                self._keys.database,
                vector=service == "matcher",
            )

    def _port(self, name: str) -> int:
        further = self._further_ports.get(name)
        return int(getattr(self.ports, name)) if further is None else further

    @cached_property
    def _further_ports(self) -> dict[str, int]:
        names = [name for service in SERVICES for name in self.replicas_of(service)[1:]]
        return dict(zip(names, self.ports.further(len(names)), strict=True))

    @cached_property
    def _keys(self) -> Keys:
        self.folder.mkdir(parents=True, exist_ok=True)
        return read_or_create_keys(self.folder / "keys.json")

    @cached_property
    def _postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(
            self.folder / "postgres",
            self.ports.postgres,
            durable=self.durable,
            log=self.log("postgres"),
        )

    @cached_property
    def _mailbox(self) -> WebProcess:
        options = ["--folder", str(self.folder / "mails"), "--smtp-port", str(self.ports.smtp)]
        options += ["--web-port", str(self.ports.mailbox)]
        options += ["--may-fail"] if self.mailbox_may_fail else []
        module = ["deploy.embedded.mailbox", *options]
        return python_process("mailbox", module, self.log("mailbox"), Ready(self.ports.mailbox))

    @cached_property
    def _services(self) -> dict[str, WebProcess]:
        return {
            name: python_process(
                name,
                [f"services.{service}"],
                self.log(name),
                Ready(self._port(name), "/readyz"),
            )
            for service in SERVICES
            for name in self.replicas_of(service)
        }

    @cached_property
    def _parts(self) -> dict[str, Part]:
        broker = EmbeddedBroker(
            self.folder, self.ports.broker, seen_at=self.broker_seen_at, log=self.log("broker")
        )
        return {
            "postgres": self._postgres,
            "broker": broker,
            "mailbox": self._mailbox,
            **self._services,
        }


def _service_of(part: str) -> str:
    return part.partition("-")[0]
