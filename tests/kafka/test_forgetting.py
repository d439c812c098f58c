"""What Kafka forgets on purpose: erased and superseded states, and what is past its time."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from deploy.embedded.ports import free_ports
from shared.contracts.event import Tombstone
from shared.contracts.topics import LETTERS, NEEDS, Service
from shared.runtime.host import Host, Parts
from tests.integration.runtime_parts import a_host, at_work, tell
from tests.integration.test_runtime_consumer import Reader, a_reader, settled
from tests.kafka.test_limits import drained
from tests.kafka.topics import caught_up, change, everything
from tests.support.apache_kafka.broker import ApacheKafka
from tests.support.builders_events import A_MOMENT, a_need_published, an_id
from tests.support.builders_notifier import letter

pytestmark = pytest.mark.timeout(120)
CANARY = "Zorglub"
SOON = {"segment_ms": "200"}
COMPACT_SOON = {
    **SOON,
    "cleanup_policy": "compact",
    "min_cleanable_dirty_ratio": "0.001",
    "max_compaction_lag_ms": "200",
    "delete_retention_ms": "0",
}


@pytest.fixture
async def own_kafka(tmp_path: Path) -> AsyncGenerator[ApacheKafka]:
    async with ApacheKafka(tmp_path / "kafka", free_ports(1)[0]) as node:
        yield node


def is_on_disk(kafka: ApacheKafka, word: str) -> bool:
    files = (kafka.folder / "data").rglob("*.log*")
    return any(file.exists() and word.encode() in file.read_bytes() for file in files)


async def rolled(host: Host, kafka: ApacheKafka) -> None:
    """Write on until the canary is gone: a segment closes only when more is written."""
    version = 1
    async with asyncio.timeout(60):
        while is_on_disk(kafka, CANARY):
            version += 1
            await tell(host, *(a_need_published(f"later-{n}", version=version) for n in range(9)))
            await asyncio.sleep(0.3)


async def test_an_erased_need_leaves_no_word_in_the_log_and_a_new_reader_gets_the_last_states(
    database_dsn: str, reader_dsn: str, own_kafka: ApacheKafka, tmp_path: Path
) -> None:
    (tmp_path / "reader").mkdir()
    gone = a_need_published("gone", title=f"{CANARY} wants to know")
    erased = Tombstone(
        topic=NEEDS.name, key=str(gone.need_id), id=an_id("erasure"), occurred_at=A_MOMENT
    )
    states = [a_need_published("kept", version=version) for version in range(1, 20)]
    async with a_host(database_dsn, own_kafka.bootstrap, tmp_path, Service.PROFILES) as host:
        await change(own_kafka.bootstrap, NEEDS.name, **COMPACT_SOON)
        async with at_work(host, Parts()):
            await tell(host, gone, *states)
            await drained(host)
            assert is_on_disk(own_kafka, CANARY)
            await tell(host, erased)
            await rolled(host, own_kafka)
            await drained(host)
            left = await everything(own_kafka.bootstrap, NEEDS.name)
            kept = [record for record in left if record.key == states[0].key.encode()]
            assert 1 <= len(kept) < len(states)
        published = await host.pool.fetchval("select count(*) from outbox")
        assert len(left) < published
        async with at_work(host, Parts()):
            await tell(host, a_need_published("after"))
            await drained(host)
    # A log that was compacted was not lost: nothing was published again.
    assert not is_on_disk(own_kafka, CANARY)
    async with a_reader(reader_dsn, own_kafka.bootstrap, tmp_path / "reader", Reader()) as reader:
        await settled(reader, f"select count(*) from effect where event_id = '{states[-1].id}'", 1)
        heard = f"select count(*) from effect where event_id in ('{gone.id}', '{states[0].id}')"
        assert await reader.pool.fetchval(heard) == 0


async def test_letters_past_their_time_are_deleted_and_are_not_taken_for_lost(
    database_dsn: str, reader_dsn: str, own_kafka: ApacheKafka, tmp_path: Path
) -> None:
    (tmp_path / "reader").mkdir()
    bootstrap, folder = own_kafka.bootstrap, tmp_path / "reader"
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        async with at_work(host, Parts()):
            await tell(host, letter("confirm_address", number=1))
            await drained(host)
            async with a_reader(reader_dsn, bootstrap, folder, Reader()) as reader:
                await settled(reader, "select count(*) from effect", 1)
                await caught_up(bootstrap, Service.NOTIFIER, LETTERS.name)
            await tell(host, letter("confirm_address", number=2))
            await drained(host)
        await change(bootstrap, LETTERS.name, **SOON, cleanup_policy="delete", retention_ms="500")
        async with asyncio.timeout(30):
            while await everything(bootstrap, LETTERS.name):
                await asyncio.sleep(0.2)
        await change(bootstrap, LETTERS.name, cleanup_policy="delete", retention_ms="9999999")
        async with at_work(host, Parts()):
            await tell(host, letter("confirm_address", number=3))
            await drained(host)
            assert len(await everything(bootstrap, LETTERS.name)) == 1
        async with a_reader(reader_dsn, bootstrap, folder, Reader()) as reader:
            await settled(reader, "select count(*) from effect", 2)
