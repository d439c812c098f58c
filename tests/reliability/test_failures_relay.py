"""A leader that freezes, a link that loses answers or says nothing: all is told, in order."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from time import monotonic

import pytest

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.ports import free_ports
from shared.contracts.topics import Service
from shared.runtime.host import Host
from shared.runtime.relay import LEADER_LOCK
from tests.integration.runtime_parts import eventually, tell
from tests.reliability.checkers import connected, settled
from tests.reliability.member import a_member, here
from tests.support.apache_kafka.lossy import LossyLink
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(120)
IDLE_LIMIT_S, TAKES_S = 3.0, 2.0
"""When a frozen leader's session ends, and what trying each second and starting may add."""


async def test_a_leader_that_freezes_is_replaced_and_does_no_harm_when_it_wakes(
    database_dsn: str, reader_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    async with (
        a_member(tmp_path, Service.PROFILES, database_dsn, new_bootstrap) as frozen,
        here(tmp_path, Service.MATCHER, reader_dsn, new_bootstrap),
    ):
        await leading(database_dsn)
        async with here(tmp_path, Service.PROFILES, database_dsn, new_bootstrap) as second:
            await tell(second, *(a_need_published("one", version=v) for v in range(1, 50)))
            os.killpg(frozen.pid, signal.SIGSTOP)
            began = monotonic()
            await tell(second, *(a_need_published("one", version=v) for v in range(50, 100)))
            await eventually(lambda: leads(second))
            assert monotonic() - began < IDLE_LIMIT_S + TAKES_S
            os.killpg(frozen.pid, signal.SIGCONT)
            await tell(second, *(a_need_published("one", version=v) for v in range(100, 150)))
            stock = await settled(database_dsn, reader_dsn, new_bootstrap)
            assert frozen.is_running
    stock.check()


@pytest.fixture
async def link(tmp_path: Path) -> AsyncGenerator[LossyLink]:
    """The embedded broker behind a link that may lose answers, or all."""
    port, hidden = free_ports(2)
    async with LossyLink(port, hidden) as link:
        async with EmbeddedBroker(tmp_path / "broker", hidden, seen_at=port):
            yield link


async def test_answers_that_get_lost_make_duplicates_and_lose_nothing(
    database_dsn: str, reader_dsn: str, link: LossyLink, tmp_path: Path
) -> None:
    bootstrap = f"127.0.0.1:{link.port}"
    async with (
        here(tmp_path, Service.PROFILES, database_dsn, bootstrap) as writer,
        here(tmp_path, Service.MATCHER, reader_dsn, bootstrap),
    ):
        for version in range(1, 41):
            link.lose += version % 4 == 0
            await tell(writer, a_need_published("one", version=version))
            await asyncio.sleep(0.01)
        stock = await settled(database_dsn, reader_dsn, bootstrap)
    stock.check()
    assert link.lost >= 1
    assert stock.told_twice >= 1


async def test_a_link_that_says_nothing_is_given_up_and_taken_up_again(
    database_dsn: str,
    reader_dsn: str,
    link: LossyLink,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.runtime.kafka.REQUEST_TIMEOUT_MS", 2_000)
    bootstrap = f"127.0.0.1:{link.port}"
    async with (
        here(tmp_path, Service.PROFILES, database_dsn, bootstrap) as writer,
        here(tmp_path, Service.MATCHER, reader_dsn, bootstrap),
    ):
        await tell(writer, *(a_need_published("one", version=v) for v in range(1, 20)))
        link.heard.clear()
        began = monotonic()
        await tell(writer, *(a_need_published("one", version=v) for v in range(20, 40)))
        await eventually(lambda: not writer.health.ready)
        assert monotonic() - began < 10
        link.heard.set()
        stock = await settled(database_dsn, reader_dsn, bootstrap)
    stock.check()


def leads(host: Host) -> bool:
    name = f"passerelle_{host.service}_relay_is_leader_count"
    return host.metrics.registry.get_sample_value(name) == 1


async def leading(dsn: str) -> None:
    """Wait until some process leads."""
    held = (
        "select count(*) from pg_locks join pg_database on pg_database.oid = database"
        " where datname = current_database() and locktype = 'advisory' and granted and objid = $1"
    )
    async with connected(dsn) as database, asyncio.timeout(30):
        while not await database.fetchval(held, LEADER_LOCK):
            await asyncio.sleep(0.05)
