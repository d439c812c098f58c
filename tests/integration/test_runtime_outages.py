"""Servers that come late, go away or cut connections: the service waits, and loses nothing."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import EmbeddedPostgres
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import encode
from shared.runtime.host import Host, Parts, open_host
from shared.runtime.postgres import Connection
from shared.runtime.supervision import running
from tests.integration.runtime_parts import a_host, at_work, eventually, send, settings_for
from tests.support.builders_events import a_need_published
from tests.support.tcp_proxy import TcpProxy

pytestmark = pytest.mark.timeout(120)
READY_WITHIN_S = 5
AWAY_S, LINES_A_SECOND = 8, 10
"""Several parts try at once, each at first a few times a second."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_effect.sql").write_text("create table effect (event_id uuid)")
    return tmp_path


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncGenerator[EmbeddedBroker]:
    async with EmbeddedBroker(tmp_path / "broker", free_ports(1)[0]) as started:
        yield started


@dataclass
class Effects:
    """One row for each event."""

    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        await connection.execute("insert into effect (event_id) values ($1)", event.id)


async def test_a_service_may_start_before_its_servers(
    postgres: EmbeddedPostgres, database_dsn: str, folder: Path
) -> None:
    door, port = free_ports(2)
    real = int(postgres.admin_dsn.rsplit(":", 1)[1].split("/")[0])
    dsn = database_dsn.replace(f":{real}/", f":{door}/")
    settings = settings_for(dsn, f"127.0.0.1:{port}")
    async with open_host(Service.MATCHER, settings, folder) as host:
        async with running(host, Parts(apply=Effects())):
            await failed_at_least(host, "tables_and_topics", 2)
            assert host.health.alive
            assert not host.health.ready
            async with TcpProxy(door, real):
                await failed_at_least(host, "tables_and_topics", 4)
                assert not host.health.ready
                async with EmbeddedBroker(folder / "broker", port):
                    await eventually(lambda: host.health.ready, within_s=READY_WITHIN_S)


async def test_a_database_that_ends_all_sessions_again_and_again_costs_no_event(
    postgres: EmbeddedPostgres, database_dsn: str, broker: EmbeddedBroker, folder: Path
) -> None:
    events = [a_need_published(f"need {n}") for n in range(300)]
    async with a_host(database_dsn, broker.bootstrap, folder, Service.MATCHER) as host:
        async with at_work(host, Parts(apply=Effects())):
            for start in range(0, len(events), 30):
                await send(broker.bootstrap, *(encode(e) for e in events[start : start + 30]))
                await sessions_ended(postgres, database_dsn)
            assert await effects(host, len(events)) == sorted(event.id for event in events)
            assert await host.pool.fetchval("select count(*) from dead_letter") == 0


async def test_commits_whose_answer_is_lost_have_one_effect_each(
    postgres: EmbeddedPostgres, database_dsn: str, broker: EmbeddedBroker, folder: Path
) -> None:
    (door,) = free_ports(1)
    real = int(postgres.admin_dsn.rsplit(":", 1)[1].split("/")[0])
    commits = itertools.count(1)
    events = [a_need_published(f"need {n}") for n in range(100)]

    def every_third_commit(piece: bytes) -> bool:
        return b"COMMIT" in piece and next(commits) % 3 == 0

    async with TcpProxy(door, real, every_third_commit) as proxy:
        dsn = database_dsn.replace(f":{real}/", f":{door}/")
        async with a_host(dsn, broker.bootstrap, folder, Service.MATCHER) as host:
            async with at_work(host, Parts(apply=Effects())):
                for start in range(0, len(events), 10):
                    await send(broker.bootstrap, *(encode(e) for e in events[start : start + 10]))
                    await effects(host, start + 10)
                assert await effects(host, len(events)) == sorted(event.id for event in events)
        assert proxy.lost > 0


async def test_a_database_that_is_away_for_a_while_costs_no_event_and_few_lines(
    postgres: EmbeddedPostgres,
    database_dsn: str,
    broker: EmbeddedBroker,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (door,) = free_ports(1)
    real = int(postgres.admin_dsn.rsplit(":", 1)[1].split("/")[0])
    events = [a_need_published(f"need {n}") for n in range(200)]
    dsn = database_dsn.replace(f":{real}/", f":{door}/")
    async with AsyncExitStack() as opened:
        proxy = await opened.enter_async_context(TcpProxy(door, real))
        host = await opened.enter_async_context(
            a_host(dsn, broker.bootstrap, folder, Service.MATCHER)
        )
        await opened.enter_async_context(at_work(host, Parts(apply=Effects())))
        await send(broker.bootstrap, *map(encode, events[:50]))
        await effects(host, 50)
        caplog.clear()
        await proxy.close()
        for start in range(50, 200, 10):
            await send(broker.bootstrap, *map(encode, events[start : start + 10]))
            await asyncio.sleep(AWAY_S / 15)
        assert not host.health.ready
        ours = [line for line in caplog.records if line.name.startswith("shared.")]
        assert len(ours) < LINES_A_SECOND * AWAY_S
        await proxy.open()
        assert await effects(host, len(events)) == sorted(event.id for event in events)
        assert await host.pool.fetchval("select count(*) from dead_letter") == 0
        await eventually(lambda: lag(host) == 0)


def lag(host: Host) -> float | None:
    name, labels = "passerelle_matcher_consumer_lag_events", {"topic": NEEDS.name}
    return host.metrics.registry.get_sample_value(name, labels)


async def failed_at_least(host: Host, part: str, times: int) -> None:
    name = "passerelle_matcher_part_restarts_total"

    def failures() -> float:
        return host.metrics.registry.get_sample_value(name, {"part": part}) or 0

    await eventually(lambda: failures() >= times)


async def sessions_ended(postgres: EmbeddedPostgres, dsn: str) -> None:
    admin = await asyncpg.connect(postgres.admin_dsn)
    try:
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
            dsn.rsplit("/", 1)[1],
        )
    finally:
        await admin.close()


async def effects(host: Host, count: int) -> list[UUID]:
    async with asyncio.timeout(40):
        while True:
            try:
                rows = await host.pool.fetch("select event_id from effect")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                rows = []
            if len(rows) >= count:
                return sorted(row["event_id"] for row in rows)
            await asyncio.sleep(0.1)
