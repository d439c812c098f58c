"""The relay publishes what was committed, in order, and again when the broker lost its log."""

import asyncio
from collections import defaultdict
from pathlib import Path

import asyncpg
import pytest
from aiokafka import TopicPartition

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.ports import free_ports
from shared.contracts.topics import NEEDS, PARTITIONS, Service
from shared.contracts.wire import decode
from shared.runtime.host import Host, Parts
from shared.runtime.kafka import received
from shared.runtime.log_ends import log_ends
from shared.runtime.outbox import PostgresOutbox
from tests.integration.runtime_parts import a_host, at_work, eventually, read, tell
from tests.support.builders_events import a_need_published

pytestmark = [pytest.mark.timeout(90), pytest.mark.usefixtures("kafka_profile")]


async def test_events_arrive_whole_and_in_the_order_of_their_key(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    told = [a_need_published(name, version=v) for v in range(1, 40) for name in "abc"]
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        async with at_work(host, Parts()):
            await tell(host, *told)
            records = await read(bootstrap, NEEDS.name, len(told))
    heard = [decode(received(record)) for record in records]
    assert sorted(heard, key=lambda e: str(e.id)) == sorted(told, key=lambda e: str(e.id))
    versions: dict[str, list[int]] = defaultdict(list)
    for event in heard:
        versions[event.key].append(event.version)  # type: ignore[union-attr]
    assert all(list(range(1, 40)) == of_key for of_key in versions.values())


async def test_an_event_put_twice_is_told_once(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        await tell(host, a_need_published("twice"))
        await tell(host, a_need_published("twice"))
        async with host.pool.acquire() as connection:
            assert await connection.fetchval("select count(*) from outbox") == 1


async def test_what_a_rolled_back_transaction_told_is_never_published(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with host.pool.acquire() as connection, connection.transaction():
                await PostgresOutbox(connection).put(a_need_published("never"))
                await connection.execute("select 1/0")
        async with host.pool.acquire() as connection:
            assert await connection.fetchval("select count(*) from outbox") == 0


async def test_two_relays_have_one_leader_and_the_second_takes_over(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with (
        a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as one,
        a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as two,
    ):
        async with at_work(one, Parts()):
            await eventually(lambda: _leads(one))
            async with at_work(two, Parts()):
                assert not _leads(two)
                await tell(two, a_need_published("second"))
                await read(bootstrap, NEEDS.name, 1)
        async with at_work(two, Parts()):
            await eventually(lambda: _leads(two))


async def test_a_broker_that_forgot_gets_everything_again(
    database_dsn: str, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    told = [a_need_published(name) for name in "abcde"]
    async with EmbeddedBroker(tmp_path / "broker", port) as broker:
        async with a_host(database_dsn, broker.bootstrap, tmp_path, Service.PROFILES) as host:
            async with at_work(host, Parts()):
                await tell(host, *told)
                await read(broker.bootstrap, NEEDS.name, len(told))
                await _all_marked(host.pool)
    async with EmbeddedBroker(tmp_path / "broker", port) as broker:
        async with a_host(database_dsn, broker.bootstrap, tmp_path, Service.PROFILES) as host:
            async with at_work(host, Parts()):
                records = await read(broker.bootstrap, NEEDS.name, len(told))
    assert {decode(received(record)) for record in records} == set(told)


async def test_a_broker_that_remembers_gets_nothing_twice(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    for name in "xyz":
        async with a_host(database_dsn, new_bootstrap, tmp_path, Service.PROFILES) as host:
            async with at_work(host, Parts()):
                await eventually(lambda: _leads(host))
                await tell(host, a_need_published(name))
                await _all_marked(host.pool)
    ends = await log_ends(
        new_bootstrap, {TopicPartition(NEEDS.name, number): 0 for number in range(PARTITIONS)}
    )
    assert sum(ends.values()) == len("xyz")


async def _all_marked(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    async with asyncio.timeout(20):
        while await pool.fetchval("select count(*) from outbox where published_at is null"):
            await asyncio.sleep(0.02)


def _leads(host: Host) -> bool:
    return host.metrics.registry.get_sample_value("passerelle_profiles_relay_is_leader_count") == 1
