"""What Kafka refuses, and that its topics have the settings that ours were given."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.contracts.delivery import RejectedError
from shared.contracts.topics import NEEDS, PARTITIONS, TOPICS, Service, Topic, dead_letters_of
from shared.contracts.wire import LARGEST_MESSAGE, encode
from shared.runtime.host import Host, Parts
from shared.runtime.prepare import DAY_MS, provision
from tests.integration.runtime_parts import a_host, at_work, eventually, read, tell
from tests.kafka.topics import change, described, named, sweep
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(90)
PENDING = "select count(*) from outbox where published_at is null"


async def drained(host: Host) -> None:
    async with asyncio.timeout(40):
        while await host.pool.fetchval(PENDING):
            await asyncio.sleep(0.05)


def expected(topic: Topic) -> dict[str, str]:
    if topic.compacted:
        return {
            "cleanup.policy": "compact",
            "max.compaction.lag.ms": str(7 * DAY_MS),
            "delete.retention.ms": str(7 * DAY_MS),
        }
    return {"cleanup.policy": "delete", "retention.ms": str(14 * DAY_MS)}


async def test_topics_have_the_settings_that_were_meant(bootstrap: str) -> None:
    for service in Service:
        await provision(bootstrap, service)
        await provision(bootstrap, service)
    for topic in TOPICS:
        holds = await described(bootstrap, topic.name)
        assert expected(topic).items() <= holds.items(), topic.name
    for service in Service:
        holds = await described(bootstrap, dead_letters_of(service))
        assert holds["retention.ms"] == str(14 * DAY_MS)
    async with named(bootstrap) as admin:
        for topic in await admin.describe_topics([topic.name for topic in TOPICS]):
            assert len(topic["partitions"]) == PARTITIONS


async def test_a_topic_that_nobody_provisioned_is_not_created_by_writing(bootstrap: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, request_timeout_ms=1_000)
    await producer.start()
    try:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("passerelle.misspelt", b"x")
    finally:
        await producer.stop()
    async with named(bootstrap) as admin:
        assert "passerelle.misspelt" not in await admin.list_topics()


async def test_what_was_told_while_its_topic_was_gone_arrives_once_it_is_back(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        async with at_work(host, Parts()):
            await tell(host, a_need_published("before"))
            await drained(host)
            await sweep(bootstrap)
            await tell(host, a_need_published("meanwhile"))
            await eventually(lambda: not host.health.ready)
            assert await host.pool.fetchval(PENDING) == 1
            await provision(bootstrap, Service.PROFILES)
            await drained(host)
            assert len(await read(bootstrap, NEEDS.name, 2)) == 2


async def test_an_event_too_large_for_kafka_is_refused_before_it_is_told(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    largest = a_need_published("largest", title="x" * (LARGEST_MESSAGE - 2_000))
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        async with at_work(host, Parts()):
            with pytest.raises(RejectedError, match=f"larger than {LARGEST_MESSAGE} bytes"):
                await tell(host, a_need_published("beyond", title="x" * LARGEST_MESSAGE))
            await tell(host, largest)
            await drained(host)
            (record,) = await read(bootstrap, NEEDS.name, 1)
    assert record.value == encode(largest).value


async def test_an_event_that_the_broker_refuses_is_seen_to_wait_and_holds_up_no_other(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    refused = a_need_published("refused", title="x" * 400_000)
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        await change(bootstrap, NEEDS.name, max_message_bytes="200000")
        async with at_work(host, Parts()):
            await tell(host, a_need_published("a"), refused, a_need_published("b"))
            await tell(host, a_need_published("c"))
            async with asyncio.timeout(20):
                while await host.pool.fetchval(PENDING) != 1:
                    await asyncio.sleep(0.05)
            await eventually(lambda: not host.health.ready)
            pending = host.metrics.registry.get_sample_value(
                "passerelle_profiles_outbox_pending_rows"
            )
            assert pending == 1
            await change(bootstrap, NEEDS.name, max_message_bytes="1000000")
            await drained(host)
            records = await read(bootstrap, NEEDS.name, 4)
    assert len({record.key for record in records}) == 4
