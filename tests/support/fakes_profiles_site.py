"""The profiles site for tests: real database and pages; its clock is the test's."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
from starlette.applications import Starlette

from services.profiles.app import MIGRATIONS, parts
from services.profiles.settings import ReviewSetting, Settings
from shared.contracts.event import Event, Tombstone
from shared.contracts.links import CONFIRM, PAGE, LinkKind
from shared.contracts.topics import Service
from shared.contracts.wire import Message, decode
from shared.runtime.failpoints import Failpoints
from shared.runtime.host import Host, Parts
from shared.runtime.observability import Metrics, operations_routes
from shared.runtime.outbox import message_from_row
from shared.runtime.postgres import Database, open_pool
from shared.runtime.prepare import migrate
from shared.runtime.tokens import Links, Ticket
from tests.support.fakes_profiles import NEED_FORM, OFFER_FORM, HandClock

KEY = "a-key-for-tests-long-enough-for-all"
FORM_ID = re.compile(r'name="form_id" value="([^"]+)"')
Form = Mapping[str, str | list[str]]


@dataclass
class Site:
    """The site, a visitor's browser, and what stands behind."""

    http: httpx.AsyncClient
    pool: Database
    clock: HandClock
    links: Links
    parts: Parts
    host: Host

    async def send(self, path: str, form: Form, **changed: str | list[str]) -> httpx.Response:
        """Open a form, fill it and send it."""
        shown = FORM_ID.search((await self.http.get(path)).text)
        assert shown
        return await self.http.post(path, data={"form_id": shown[1], **form, **changed})

    async def a_need(self, **changed: str | list[str]) -> tuple[UUID, UUID]:
        """Send a need; its id and its party's."""
        assert (await self.send("/besoin", NEED_FORM, **changed)).status_code == 303
        return await self._latest("need")

    async def an_offer(self, **changed: str | list[str]) -> tuple[UUID, UUID]:
        """Send an offer; its id and its party's."""
        assert (await self.send("/offre", OFFER_FORM, **changed)).status_code == 303
        return await self._latest("capability")

    async def confirmed_need(self, **changed: str | list[str]) -> tuple[UUID, UUID]:
        """A need whose address is confirmed."""
        need_id, party_id = await self.a_need(**changed)
        assert (await self.http.post(self.confirm(party_id, need=need_id))).status_code == 303
        return need_id, party_id

    async def confirmed_offer(self, **changed: str | list[str]) -> tuple[UUID, UUID]:
        """An offer whose address is confirmed."""
        offer_id, party_id = await self.an_offer(**changed)
        answer = await self.http.post(self.confirm(party_id, capability=offer_id))
        assert answer.status_code == 303
        return offer_id, party_id

    def confirm(self, party_id: UUID, **ids: UUID) -> str:
        """The address in a confirmation mail sent now."""
        return self._address(CONFIRM, party_id, ids)

    def mine(self, party_id: UUID) -> str:
        """The address of a personal page."""
        return self._address(PAGE, party_id, {})

    async def told(self) -> Sequence[Event | Tombstone]:
        """What the log was or will be told, in order."""
        return [decode(message) for message in await self.messages()]

    async def messages(self) -> Sequence[Message]:
        """The same, as bytes."""
        rows = await self.pool.fetch("select * from outbox order by id")
        return [message_from_row(dict(row)) for row in rows]

    async def hear(self, event: Event) -> None:
        """An event arrives from the log."""
        assert self.parts.apply is not None
        async with self.pool.acquire() as connection, connection.transaction():
            await self.parts.apply(event, connection)

    async def everything(self) -> str:
        """All rows of all tables, as text."""
        tables = (
            "party",
            "need",
            "capability",
            "proposal",
            "watch",
            "reading",
            "facilitation",
            "outbox",
        )
        rows = [await self.pool.fetch(f"select * from {table}") for table in tables]
        return str(rows)

    def _address(self, kind: LinkKind, party_id: UUID, ids: Mapping[str, UUID]) -> str:
        until = self.clock() + min(kind.lifetime, timedelta(days=30))
        return kind.path + self.links.sign(Ticket(kind.purpose, party_id, 0, ids, until))

    async def _latest(self, table: str) -> tuple[UUID, UUID]:
        row = await self.pool.fetchrow(
            f"select id, party_id from {table} order by xmin::text::bigint desc limit 1"
        )
        assert row
        return row["id"], row["party_id"]


@asynccontextmanager
async def open_site(dsn: str, *, review: str = "auto") -> AsyncGenerator[Site]:
    """The site on an empty database."""
    settings = Settings(database_url=dsn, link_keys=(KEY,), review=ReviewSetting(review))
    clock = HandClock()
    async with open_pool(dsn) as pool:
        await migrate(pool, MIGRATIONS)
        host = Host(
            Service.PROFILES, settings, MIGRATIONS, pool, clock, Metrics("profiles"), Failpoints()
        )
        made = parts(host, settings)
        routes = [*operations_routes(host.health, host.metrics), *made.routes]
        transport = httpx.ASGITransport(Starlette(routes=routes), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://site") as http:
            yield Site(http, pool, clock, Links((KEY,), clock), made, host)
