"""A notifier for tests: real database, mail and pages; its clock and its events are the test's."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from aiokafka import ConsumerRecord
from starlette.applications import Starlette

from deploy.embedded.mailbox import Mailbox
from deploy.embedded.mailbox.store import Mail
from services.notifier.app import MIGRATIONS, Wiring
from services.notifier.settings import NotifierSettings
from services.notifier.web.routes import routes
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service
from shared.contracts.wire import encode
from shared.runtime.consumer import BatchConsumer
from shared.runtime.failpoints import Failpoints
from shared.runtime.host import Host
from shared.runtime.observability import Metrics
from shared.runtime.outbox import message_from_row
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from tests.support.builders_events import an_id
from tests.support.builders_notifier import CANARIES, MONDAY_NOON
from tests.support.records import record_of


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    now: datetime = MONDAY_NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Bench:
    """A notifier whose parts are run one by one, by hand."""

    wiring: Wiring
    clock: HandClock
    mailbox: Mailbox
    client: httpx.AsyncClient
    database: Any
    heard: int = 0
    consumer: BatchConsumer = field(init=False)

    def __post_init__(self) -> None:
        host = self.wiring.host
        self.consumer = BatchConsumer(
            host.service,
            host.pool,
            self.wiring.hearing(),
            host.metrics,
            host.failpoint,
            host.progress(),
        )
        self.workers = self.wiring.workers()

    async def hear(self, *events: Event | Tombstone) -> None:
        """Hear events in one batch, as from the log."""
        await self.consumer([self._record(event) for event in events])

    def _record(self, event: Event | Tombstone) -> ConsumerRecord:
        self.heard += 1
        return record_of(encode(event), offset=self.heard)

    async def send(self) -> None:
        """Send all that is due."""
        await self.workers.deliver.close.left_behind()
        while await self.workers.deliver() is not None:
            pass

    async def pass_time(self, **by: float) -> None:
        """Move the clock and let it have its effects, mails included."""
        self.clock.forward(**by)
        while await self.workers.advance():
            pass
        await self.send()

    def mails(self, party_id: UUID) -> list[Mail]:
        """The mails to a party, oldest first."""
        known = CANARIES.get(party_id)
        address = known[2] if known else f"{party_id.hex[:8]}@example.org"
        return list(reversed(self.mailbox.mails(to=address)))

    def link(self, party_id: UUID, kind: str) -> str:
        """The path of the newest link of a kind that a party got."""
        for mail in reversed(self.mails(party_id)):
            found = re.search(rf"https?://[^/\s]+(/{kind}/[^\s?]+)", mail.text)
            if found:
                return found[1]
        raise AssertionError(f"no {kind} link in {[m.subject for m in self.mails(party_id)]}")

    async def say(self, party_id: UUID, choice: str, **fields: str) -> httpx.Response:
        """Post an answer through the newest link that a party got."""
        path = self.link(party_id, "answer")
        return await self.client.post(path, data={"choice": choice, **fields})

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The events told so far: type without version, and data with `version` added."""
        rows = await self.database.fetch("select * from outbox order by id")
        events = []
        for row in rows:
            message = message_from_row(dict(row))
            headers = {name: (value or b"").decode() for name, value in message.headers}
            body = json.loads(message.value or b"{}")
            events.append((headers["ce_type"].rsplit(".", 1)[0], body))
        return events

    async def told_types(self) -> list[str]:
        return [kind for kind, _ in await self.told()]

    async def stage(self, name: str = "ada") -> str:
        """The stage of a researcher's proposal."""
        query = "select stage from proposal where id = $1"
        return str(await self.database.fetchval(query, an_id(f"proposal/{name}")))

    async def deliveries(self, kind: str | None = None) -> list[Any]:
        rows = await self.database.fetch("select * from delivery order by kind, step, recipient_id")
        return [row for row in rows if kind in {None, row["kind"]}]

    async def tables(self) -> dict[str, list[Any]]:
        """All that was decided, to see whether something changed."""
        tables = ("party", "need", "capability", "proposal", "delivery", "outbox")
        return {t: await self._rows(t) for t in tables}

    async def _rows(self, table: str) -> list[Any]:
        rows = await self.database.fetch(f"select * from {table} order by id")
        return [dict(row) for row in rows]


def settings_for(dsn: str, mailbox: Mailbox, **changed: object) -> NotifierSettings:
    defaults: dict[str, Any] = {
        "database_url": dsn,
        "link_keys": "a-key-of-more-than-thirty-two-characters",
        "smtp_port": mailbox.smtp_port,
        "smtp_tls": "none",
        "smtp_timeout_s": 5,
        "mail_hours": "always",
        "undo_s": 600,
        "in_doubt_wait_s": 1800,
    }
    return NotifierSettings.model_validate({**defaults, **changed})


@asynccontextmanager
async def a_bench(dsn: str, mailbox: Mailbox, **changed: object) -> AsyncGenerator[Bench, None]:
    """A notifier on a new database."""
    settings, clock = settings_for(dsn, mailbox, **changed), HandClock()
    async with open_pool(dsn) as pool:
        await migrate(pool, MIGRATIONS)
        host = Host(
            service=Service.NOTIFIER,
            settings=settings,
            migrations=MIGRATIONS,
            pool=pool,
            clock=clock,
            metrics=Metrics(Service.NOTIFIER),
            failpoint=Failpoints(),
        )
        wiring = Wiring(settings, host)
        app = Starlette(routes=routes(wiring.site()))
        transport = httpx.ASGITransport(app=app)
        connection = await asyncpg.connect(dsn)
        async with httpx.AsyncClient(
            transport=transport, base_url=settings.answers_url, follow_redirects=True
        ) as client:
            try:
                yield Bench(wiring, clock, mailbox, client, connection)
            finally:
                await connection.close()
