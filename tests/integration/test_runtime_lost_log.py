"""A broker that dies and comes back empty under running services is filled again by them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.ports import free_ports
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import decode
from shared.runtime import lost_log
from shared.runtime.host import Host, Parts
from shared.runtime.kafka import received
from shared.runtime.lost_log import Last, LogWatch
from shared.runtime.postgres import Connection
from shared.runtime.prepare import provision
from tests.integration.runtime_parts import a_host, at_work, eventually, read, tell
from tests.support.builders_events import a_need_published, an_id

pytestmark = pytest.mark.timeout(120)
PLACE = TopicPartition(NEEDS.name, 0)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncGenerator[EmbeddedBroker]:
    async with EmbeddedBroker(tmp_path / "broker", free_ports(1)[0]) as started:
        yield started


@dataclass
class Reader:
    """Remembers what it was given, in order."""

    heard: list[UUID] = field(default_factory=list)

    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        self.heard.append(event.id)


@asynccontextmanager
async def a_writer(dsn: str, broker: EmbeddedBroker, folder: Path) -> AsyncGenerator[Host, None]:
    async with a_host(dsn, broker.bootstrap, folder, Service.PROFILES) as host:
        async with at_work(host, Parts()):
            yield host


async def test_an_idle_relay_fills_an_empty_broker_again(
    database_dsn: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    told = [a_need_published(name) for name in "abcde"]
    async with a_writer(database_dsn, broker, tmp_path) as host:
        await tell(host, *told)
        await read(broker.bootstrap, NEEDS.name, len(told))
        await all_published(host)
        await broker.kill()
        await broker.start()
        await eventually(lambda: published(host) == 2 * len(told), within_s=15)
        records = await read(broker.bootstrap, NEEDS.name, len(told))
    assert {decode(received(record)) for record in records} >= set(told)


async def test_a_busy_relay_notices_at_its_first_acknowledgement(
    database_dsn: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    told = [a_need_published("same", version=version) for version in range(1, 8)]
    async with a_writer(database_dsn, broker, tmp_path) as host:
        await tell(host, *told)
        await all_published(host)
        await broker.kill()
        await broker.start()
        await tell(host, a_need_published("same", version=8))
        await eventually(lambda: published(host) >= len(told) * 2 + 1, within_s=15)
        records = await read(broker.bootstrap, NEEDS.name, len(told) + 1)
    assert {decode(received(record)) for record in records} >= set(told)


async def test_a_relay_that_fails_as_it_notices_leaves_it_to_be_noticed_again(
    database_dsn: str, broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [a_need_published("same", version=version) for version in range(1, 4)]
    more = [a_need_published("same", version=version) for version in range(4, 12)]
    again, failures = LogWatch.publish_again, iter([OSError("cut off")])

    async def failing_once(
        self: LogWatch, connection: "asyncpg.Connection[asyncpg.Record]", got_on: Callable[[], None]
    ) -> None:
        for failure in failures:
            raise failure
        await again(self, connection, got_on)

    monkeypatch.setattr(LogWatch, "publish_again", failing_once)
    async with a_writer(database_dsn, broker, tmp_path) as host:
        await tell(host, *told)
        await all_published(host)
        await broker.kill()
        await broker.start()
        await provision(broker.bootstrap, Service.PROFILES)
        await tell(host, *more)
        records = await read(broker.bootstrap, NEEDS.name, len(told + more) + len(more))
    assert {decode(received(record)) for record in records} == {*told, *more}


async def test_a_large_outbox_is_published_again_page_by_page_all_or_nothing(
    database_dsn: str, broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_log, "PAGE", 2)
    told = [a_need_published(name) for name in "abcde"]
    async with a_writer(database_dsn, broker, tmp_path) as host:
        await tell(host, *told)
        await all_published(host)
    log, pages = LogWatch(broker.bootstrap, Service.PROFILES), iter(range(2))

    def cut_off() -> None:
        if next(pages, None) is None:
            raise OSError("cut off")

    connection = await asyncpg.connect(database_dsn)
    waiting = "select count(*) from outbox where published_at is null"
    with pytest.raises(OSError, match="cut off"):
        await log.publish_again(connection, cut_off)
    assert await connection.fetchval(waiting) == 0
    await log.publish_again(connection, lambda: None)
    assert await connection.fetchval(waiting) == len(told)
    await connection.close()


async def test_readers_hear_what_is_told_before_and_after_once(
    database_dsn: str, module_database_dsn: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    before = [a_need_published(f"before {n}") for n in range(20)]
    after = [a_need_published(f"after {n}") for n in range(20)]
    reader = Reader()
    async with a_writer(database_dsn, broker, tmp_path) as writer:
        async with a_host(module_database_dsn, broker.bootstrap, tmp_path, Service.MATCHER) as host:
            async with at_work(host, Parts(apply=reader)):
                await tell(writer, *before)
                await eventually(lambda: len(reader.heard) == len(before))
                await broker.kill()
                await tell(writer, *after[:10])
                await broker.start()
                await tell(writer, *after[10:])
                await eventually(lambda: len(reader.heard) == len(before + after), within_s=40)
                await all_published(writer)
    assert sorted(reader.heard) == sorted(event.id for event in before + after)


async def test_a_reader_beyond_the_end_of_a_shorter_log_reads_it_from_its_start(
    database_dsn: str, module_database_dsn: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    old = [a_need_published("aged", version=version) for version in range(1, 21)]
    new = [a_need_published("aged", version=version) for version in range(21, 24)]
    reader = Reader()
    async with a_writer(database_dsn, broker, tmp_path) as writer:
        async with a_host(module_database_dsn, broker.bootstrap, tmp_path, Service.MATCHER) as host:
            async with at_work(host, Parts(apply=reader)):
                await tell(writer, *old)
                await eventually(lambda: len(reader.heard) == len(old))
                await all_published(writer)
                await writer.pool.execute("delete from outbox where id <= 15")  # as retention does
                await broker.kill()
                await broker.start()
                await tell(writer, *new)
                await eventually(lambda: len(reader.heard) == len(old + new), within_s=40)
    assert reader.heard == [event.id for event in old + new]


async def test_topics_that_are_deleted_come_back_with_their_events(
    database_dsn: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    told = [a_need_published(name) for name in "abc"]
    async with a_writer(database_dsn, broker, tmp_path) as host:
        await tell(host, *told)
        await all_published(host)
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
        await admin.start()
        await admin.delete_topics([NEEDS.name])
        await admin.close()
        await eventually(lambda: published(host) >= 2 * len(told), within_s=15)
        records = await read(broker.bootstrap, NEEDS.name, len(told))
    assert {decode(received(record)) for record in records} == set(told)


def test_an_acknowledgement_at_a_place_given_before_means_a_new_log() -> None:
    log = LogWatch("127.0.0.1:1", Service.PROFILES)

    def acknowledged(offset: int) -> bool:
        return log.acknowledged(PLACE, Last(offset, an_id(f"event {offset}")))

    assert [acknowledged(offset) for offset in (0, 1, 7)] == [True] * 3
    assert acknowledged(-1)
    assert not acknowledged(7)
    assert not acknowledged(2)


def published(host: Host) -> float:
    name = "passerelle_profiles_published_events_total"
    return host.metrics.registry.get_sample_value(name, {"topic": NEEDS.name}) or 0


async def all_published(host: Host) -> None:
    async with asyncio.timeout(20):
        while await host.pool.fetchval("select count(*) from outbox where published_at is null"):
            await asyncio.sleep(0.02)
