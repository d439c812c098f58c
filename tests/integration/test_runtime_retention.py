"""Old rows go, a chunk at a time; the state of each key stays, and nothing unpublished is lost."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.contracts.topics import MATCHES, NEEDS, Service
from shared.contracts.wire import encode
from shared.runtime.host import Host
from shared.runtime.inbox import Inbox
from shared.runtime.retention import Retention
from tests.integration.runtime_parts import a_host, tell
from tests.support.builders_events import a_need_published, an_id

pytestmark = pytest.mark.timeout(60)
AGE = """
update outbox set created_at = now() - $1::text::interval,
                  published_at = now() - $1::text::interval
"""


@asynccontextmanager
async def kept(dsn: str, bootstrap: str, folder: Path) -> AsyncGenerator[tuple[Host, Retention]]:
    async with a_host(dsn, bootstrap, folder, Service.PROFILES) as host:
        yield host, Retention(host.service, host.pool, days=14, chunk=2)


async def test_of_a_compacted_topic_the_newest_of_each_key_stays(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with kept(database_dsn, bootstrap, tmp_path) as (host, retention):
        told = [a_need_published(name, version=v) for v in range(1, 6) for name in "abc"]
        await tell(host, *told)
        await host.pool.execute(AGE, "15 days")
        await retention.once()
        assert await left(host) == {event.id for event in told[-3:]}


async def test_of_other_topics_all_that_is_old_goes(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with kept(database_dsn, bootstrap, tmp_path) as (host, retention):
        await tell(host, *(a_need_published(name) for name in "abcde"))
        await host.pool.execute("update outbox set topic = $1", MATCHES.name)
        await host.pool.execute(AGE, "13 days")
        await retention.once()
        assert len(await left(host)) == 5
        await host.pool.execute(AGE, "15 days")
        await retention.once()
        assert await left(host) == set()


async def test_what_is_not_published_stays_however_old(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with kept(database_dsn, bootstrap, tmp_path) as (host, retention):
        await tell(host, *(a_need_published("same", version=v) for v in range(1, 6)))
        await host.pool.execute(AGE, "99 days")
        await host.pool.execute("update outbox set published_at = null")
        await retention.once()
        assert len(await left(host)) == 5


async def test_what_was_heard_is_known_for_sixteen_days_longer(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with kept(database_dsn, bootstrap, tmp_path) as (host, retention):
        for days in (0, 29, 31, 32, 33):
            await host.pool.execute(
                "insert into inbox values ($1, now() - make_interval(days => $2))",
                an_id(f"heard {days}"),
                days,
            )
        await retention.once()
        rows = await host.pool.fetch("select event_id from inbox")
        assert {row["event_id"] for row in rows} == {an_id("heard 0"), an_id("heard 29")}


async def test_what_waits_for_over_a_day_becomes_a_dead_letter(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with kept(database_dsn, bootstrap, tmp_path) as (host, retention):
        early = [a_need_published(f"early {n}") for n in range(4)]
        async with host.pool.acquire() as connection, connection.transaction():
            for event in early:
                await Inbox(connection, Service.PROFILES).park(
                    encode(event), event, waits_for="someone"
                )
        await host.pool.execute(
            "update parked set parked_at = now() - interval '25 hours' where event_id <> $1",
            early[0].id,
        )
        await retention.once()
        dead = await host.pool.fetch("select place, topic, reason from dead_letter")
        assert {row["place"] for row in dead} == {f"parked/{event.id}" for event in early[1:]}
        assert {(row["topic"], row["reason"]) for row in dead} == {
            (NEEDS.name, "what it names never came")
        }
        assert await host.pool.fetchval("select count(*) from parked") == 1


async def left(host: Host) -> set[object]:
    return {row["event_id"] for row in await host.pool.fetch("select event_id from outbox")}
