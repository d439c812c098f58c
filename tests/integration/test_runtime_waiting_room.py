"""What came too early is applied in the end, and what goes wrong with it is its own affair."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord

from shared.contracts.delivery import RejectedError, UnknownYetError
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service
from shared.contracts.wire import encode
from shared.runtime import waiting_room
from shared.runtime.breaker import Breaker
from shared.runtime.consumer import BatchConsumer
from shared.runtime.host import Host, open_host
from shared.runtime.postgres import Connection
from shared.runtime.prepare import migrate
from shared.runtime.waiting_room import WaitingRoom
from tests.integration.runtime_parts import settings_for
from tests.support.builders_events import a_need_published
from tests.support.records import record_of

pytestmark = pytest.mark.timeout(60)
EARLY, ALSO_EARLY, AWAITED = (a_need_published(x) for x in ("early", "also early", "awaited"))


@dataclass
class Work:
    """Writes a row for each event; the early one needs the awaited one's row, and may fail."""

    fails: list[Exception] = field(default_factory=list)
    looks: int = 2
    """How often it looks before it pauses: with its batch, and by itself."""
    may_park: asyncio.Event = field(default_factory=asyncio.Event)
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        if event.id in (EARLY.id, ALSO_EARLY.id):
            known = "select true from effect where event_id = $1"
            if not await connection.fetchval(known, AWAITED.id):
                self.looks -= 1
                if self.looks == 0:
                    self.looked.set()
                    await self.may_park.wait()
                raise UnknownYetError(AWAITED.key)
            if self.fails:
                raise self.fails.pop(0)
        await connection.execute("insert into effect (event_id) values ($1)", event.id)


@asynccontextmanager
async def a_database(dsn: str, folder: Path) -> AsyncGenerator[Host, None]:
    (folder / "0001_effect.sql").write_text("create table effect (event_id uuid)")
    settings = settings_for(dsn, "127.0.0.1:1")
    async with open_host(Service.MATCHER, settings, folder) as host:
        await migrate(host.pool, folder)
        yield host


def a_replica(host: Host, work: Work, breaker: Breaker) -> BatchConsumer:
    return BatchConsumer(
        host.service, host.pool, work, host.metrics, host.failpoint, host.progress(), breaker
    )


def a_room(host: Host, work: Work, breaker: Breaker) -> WaitingRoom:
    return WaitingRoom(host.service, host.pool, work, host.metrics, breaker)


def record(event: Event, offset: int = 0) -> ConsumerRecord:
    return record_of(encode(event), offset=offset)


async def effects(host: Host) -> list[UUID]:
    return [row["event_id"] for row in await host.pool.fetch("select event_id from effect")]


async def count(host: Host, table: str) -> int:
    return int(await host.pool.fetchval(f"select count(*) from {table}"))


async def due(host: Host) -> None:
    """Have time pass for what waits."""
    await host.pool.execute("update parked set again_at = again_at - interval '1 day'")


async def test_what_is_made_to_wait_while_what_it_names_is_applied_elsewhere_is_applied_too(
    database_dsn: str, tmp_path: Path
) -> None:
    work, breaker = Work(), Breaker()
    async with a_database(database_dsn, tmp_path) as host:
        one, other = a_replica(host, work, breaker), a_replica(host, work, breaker)
        early = asyncio.create_task(one([record(EARLY)]))
        await work.looked.wait()
        await other([record(AWAITED, 1)])
        work.may_park.set()
        await early
        assert await effects(host) == [AWAITED.id]
        assert await count(host, "parked") == 1
        await due(host)
        assert await a_room(host, work, breaker).once() == 1
        assert await effects(host) == [AWAITED.id, EARLY.id]
        assert await count(host, "parked") == 0


async def test_what_still_waits_is_tried_ever_more_rarely_and_stays_as_old_as_it_is(
    database_dsn: str, tmp_path: Path
) -> None:
    work, breaker = Work(), Breaker()
    work.may_park.set()
    async with a_database(database_dsn, tmp_path) as host:
        await a_replica(host, work, breaker)([record(EARLY)])
        await host.pool.execute(
            "update parked set parked_at = parked_at - interval '1 hour',"
            " again_at = parked_at - interval '1 hour'"
        )
        room = a_room(host, work, breaker)
        assert [await room.once(), await room.once()] == [1, 0]
        waits = "select again_at > clock_timestamp() + interval '59 minutes' from parked"
        assert await host.pool.fetchval(waits)
        assert await host.pool.fetchval(
            "select parked_at < clock_timestamp() - interval '1 hour' from parked"
        )


@pytest.mark.parametrize("fault", [RuntimeError("a bug"), RejectedError("of no use")])
async def test_what_goes_wrong_with_what_waited_never_harms_what_released_it(
    database_dsn: str, tmp_path: Path, fault: Exception
) -> None:
    tries = waiting_room.MOST_ATTEMPTS if isinstance(fault, RuntimeError) else 1
    work, breaker = Work(fails=[fault] * tries), Breaker()
    work.may_park.set()
    async with a_database(database_dsn, tmp_path) as host:
        replica = a_replica(host, work, breaker)
        await replica([record(EARLY), record(AWAITED, 1), record(a_need_published("next"), 2)])
        assert len(await effects(host)) == 2
        room = a_room(host, work, breaker)
        while await count(host, "parked"):
            await due(host)
            assert await room.once() == 1
        (letter,) = await host.pool.fetch("select place, attempts from dead_letter")
        assert (letter["place"], letter["attempts"]) == (f"parked/{EARLY.id}", tries)
        assert not work.fails
        assert len(await effects(host)) == 2


async def test_a_bug_that_is_mended_meanwhile_costs_nothing(
    database_dsn: str, tmp_path: Path
) -> None:
    work, breaker = Work(fails=[RuntimeError("a bug")]), Breaker()
    work.may_park.set()
    async with a_database(database_dsn, tmp_path) as host:
        await a_replica(host, work, breaker)([record(EARLY), record(AWAITED, 1)])
        assert await effects(host) == [AWAITED.id]
        await due(host)
        await a_room(host, work, breaker).once()
        assert await effects(host) == [AWAITED.id, EARLY.id]
        assert await count(host, "dead_letter") == 0


async def test_only_one_replica_tries_again_at_a_time(
    database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "CHUNK", 1)
    work, breaker = Work(), Breaker()
    work.may_park.set()
    async with a_database(database_dsn, tmp_path) as host:
        await a_replica(host, work, breaker)([record(EARLY), record(ALSO_EARLY, 1)])
        await due(host)
        work.looks = 1
        work.may_park.clear()
        work.looked.clear()
        first = asyncio.create_task(a_room(host, work, breaker).once())
        await work.looked.wait()
        assert await a_room(host, work, breaker).once() == 0
        work.may_park.set()
        assert await first == 1
