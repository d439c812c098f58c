"""Readers that die, freeze, are slow, join and leave, or hear everything several times."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiokafka import TopicPartition

from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.processes import Process, until
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import NEEDS, PARTITIONS, Service
from shared.contracts.wire import encode
from shared.runtime.host import Host, Parts
from shared.runtime.postgres import Connection
from tests.integration.runtime_parts import a_host, at_work, send, tell
from tests.kafka.topics import named
from tests.reliability.checkers import connected, settled
from tests.reliability.member import a_member, effect, here, migrations
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(120)
KILLED = 137
KEYS = "abcdef"


@pytest.fixture
async def writer(database_dsn: str, new_bootstrap: str, tmp_path: Path) -> AsyncGenerator[Host]:
    """Who tells what the readers hear."""
    async with here(tmp_path, Service.PROFILES, database_dsn, new_bootstrap) as host:
        yield host


@pytest.mark.parametrize("place", ["consumer.before_commit", "consumer.after_commit"])
async def test_a_reader_killed_around_its_commit_leaves_each_effect_once(
    writer: Host, reader_dsn: str, tmp_path: Path, place: str
) -> None:
    dsn, bootstrap = writer.settings.database_url, writer.settings.kafka_bootstrap
    async with a_member(tmp_path, Service.MATCHER, reader_dsn, bootstrap, place) as member:
        await tell(writer, *events(1, 10))
        assert await until(lambda: not member.is_running, within_s=30), member.last_words()
        assert member.exit_code == KILLED
    async with connected(reader_dsn) as database:
        left = await database.fetchval("select count(*) from effect")
    assert (left == 0) == (place == "consumer.before_commit")
    async with here(tmp_path, Service.MATCHER, reader_dsn, bootstrap) as reader:
        stock = await settled(dsn, reader_dsn, bootstrap)
        again = heard_again(reader)
    stock.check()
    assert again == left


async def test_members_join_freeze_die_and_leave_in_the_middle_of_batches(
    writer: Host, reader_dsn: str, tmp_path: Path
) -> None:
    dsn, bootstrap = writer.settings.database_url, writer.settings.kafka_bootstrap
    async with AsyncExitStack() as opened:

        async def member(name: str) -> Process:
            folder = tmp_path / name
            folder.mkdir()
            made = a_member(folder, Service.MATCHER, reader_dsn, bootstrap)
            return await opened.enter_async_context(made)

        telling = asyncio.create_task(keep_telling(writer, versions=120))
        one, two = await member("one"), await member("two")
        await some_effects(reader_dsn, 30)
        os.killpg(one.pid, signal.SIGSTOP)
        three = await member("three")
        await some_effects(reader_dsn, 200)
        await two.kill()
        os.killpg(one.pid, signal.SIGCONT)
        await some_effects(reader_dsn, 400)
        await three.stop()
        await telling
        stock = await settled(dsn, reader_dsn, bootstrap)
        assert one.is_running
    stock.check()


async def test_what_is_delivered_one_to_three_times_to_two_members_has_one_effect(
    database_dsn: str, reader_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    told = events(1, 30)
    async with a_host(database_dsn, new_bootstrap, migrations(tmp_path), Service.PROFILES) as host:
        await tell(host, *told)
        await host.pool.execute("update outbox set published_at = clock_timestamp()")
    draw = random.Random(1)  # noqa: S311  # the same each time
    async with here(tmp_path, Service.MATCHER, reader_dsn, new_bootstrap):
        for start in range(0, len(told), 30):
            part = [e for e in told[start : start + 30] for _ in range(draw.randint(1, 3))]
            await send(new_bootstrap, *map(encode, part))
        async with here(tmp_path, Service.MATCHER, reader_dsn, new_bootstrap):
            for part in (told[:60], told[-60:]):
                await send(new_bootstrap, *map(encode, part))
            stock = await settled(database_dsn, reader_dsn, new_bootstrap)
    stock.check()
    assert stock.told_twice >= 120


async def test_a_batch_slower_than_the_broker_waits_is_done_once_all_the_same(
    writer: Host, reader_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.kafka.LONGEST_BATCH_MS", 2_000)
    dsn, bootstrap = writer.settings.database_url, writer.settings.kafka_bootstrap
    begun: list[Event | Tombstone] = []
    committed: list[int] = []

    async def slow(event: Event | Tombstone, connection: Connection) -> None:
        begun.append(event)
        if len(begun) == 3:
            await asyncio.sleep(6)  # longer than a client that commits by itself would wait
            committed.append(await committed_by_readers(bootstrap))
        await effect(event, connection)

    async with a_host(reader_dsn, bootstrap, migrations(tmp_path), Service.MATCHER) as host:
        async with at_work(host, Parts(apply=slow)):
            await tell(writer, *events(1, 5))
            stock = await settled(dsn, reader_dsn, bootstrap)
            assert heard_again(host) > 0
    assert committed[0] == 0
    stock.check()


async def test_deadlocks_are_tried_again_and_nothing_is_dead(
    writer: Host,
    reader_dsn: str,
    tmp_path: Path,
    postgres: EmbeddedPostgres,
    caplog: pytest.LogCaptureFixture,
) -> None:
    dsn, bootstrap = writer.settings.database_url, writer.settings.kafka_bootstrap
    ours, theirs = 1, 2
    took: asyncio.Event = asyncio.Event()
    deadlocks = 0

    async def crossing(event: Event | Tombstone, connection: Connection) -> None:
        await connection.execute("select pg_advisory_xact_lock($1)", ours)
        took.set()
        if event.key == events(1, 1)[0].key:
            await connection.execute("select pg_advisory_xact_lock($1)", theirs)
        await effect(event, connection)

    async def the_other_way_round() -> None:
        nonlocal deadlocks
        as_admin = f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{reader_dsn.rsplit('/', 1)[1]}"
        async with connected(as_admin) as other, other.transaction():
            await other.execute("set local deadlock_timeout = '10s'")  # it is not the victim
            await other.execute("select pg_advisory_xact_lock($1)", theirs)
            await took.wait()
            await other.execute("select pg_advisory_xact_lock($1)", ours)
            deadlocks += 1

    async with a_host(reader_dsn, bootstrap, migrations(tmp_path), Service.MATCHER) as host:
        async with at_work(host, Parts(apply=crossing)):
            crossed = asyncio.create_task(the_other_way_round())
            await tell(writer, *events(1, 10))
            await crossed
            stock = await settled(dsn, reader_dsn, bootstrap)
    stock.check()
    assert deadlocks == 1
    said = [line.message for line in caplog.records if line.name == "shared.runtime.consumer"]
    assert "waiting" in said
    assert "event failed" not in said


async def committed_by_readers(bootstrap: str) -> int:
    partitions = [TopicPartition(NEEDS.name, number) for number in range(PARTITIONS)]
    async with named(bootstrap) as admin:
        found = await admin.list_consumer_group_offsets("passerelle.matcher", partitions=partitions)
    return sum(max(0, place.offset) for place in found.values())


def heard_again(host: Host) -> float:
    labels = {"topic": NEEDS.name, "outcome": "duplicate"}
    name = "passerelle_matcher_consumed_events_total"
    return host.metrics.registry.get_sample_value(name, labels) or 0


def events(first: int, last: int) -> list[Event]:
    """Versions of six needs, in turn."""
    return [a_need_published(x, version=v) for v in range(first, last + 1) for x in KEYS]


async def keep_telling(writer: Host, *, versions: int) -> None:
    for version in range(1, versions + 1):
        await tell(writer, *events(version, version))
        await asyncio.sleep(0.05)


async def some_effects(dsn: str, count: int) -> None:
    async with connected(dsn) as database, asyncio.timeout(40):
        while (
            await database.fetchval("select to_regclass('effect')") is None
            or await database.fetchval("select count(*) from effect") < count
        ):
            await asyncio.sleep(0.05)
