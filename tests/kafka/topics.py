"""The topics on Apache Kafka: swept, described, changed, read."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.contracts.topics import PARTITIONS, Service
from shared.runtime.log_ends import log_ends


@asynccontextmanager
async def named(bootstrap: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    """An open admin client."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def ours(admin: AIOKafkaAdminClient) -> list[str]:
    return [name for name in await admin.list_topics() if name.startswith("passerelle.")]


async def sweep(bootstrap: str) -> None:
    """Delete Passerelle's topics, and with them what groups had committed."""
    async with named(bootstrap) as admin, asyncio.timeout(20):
        while names := await ours(admin):
            await admin.delete_topics(names)


async def described(bootstrap: str, topic: str) -> dict[str, str]:
    """The settings that hold for a topic, its own and the broker's; a new one is known soon."""
    async with named(bootstrap) as admin, asyncio.timeout(10):
        while True:
            resource = ConfigResource(ConfigResourceType.TOPIC, topic)
            (response,) = await admin.describe_configs([resource])
            ((code, *_, entries),) = response.resources
            if code == 0:
                return {name: value for name, value, *_ in entries}
            await asyncio.sleep(0.05)


async def change(bootstrap: str, topic: str, **settings: str) -> None:
    """Set these, written with _ for a dot; others of the topic fall back to the broker's."""
    configs = {name.replace("_", "."): value for name, value in settings.items()}
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs)
    async with named(bootstrap) as admin:
        (response,) = await admin.alter_configs([resource])
    ((code, message, *_),) = response.resources
    assert code == 0, message


async def everything(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """All records that a topic still has."""
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    ends = await log_ends(bootstrap, dict.fromkeys(partitions, 0))
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    records: list[ConsumerRecord] = []
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        async with asyncio.timeout(20):
            for partition in partitions:
                while await consumer.position(partition) < ends[partition]:
                    for batch in (await consumer.getmany(timeout_ms=100)).values():
                        records.extend(batch)
    finally:
        await consumer.stop()
    return records


async def caught_up(bootstrap: str, service: Service, topic: str) -> None:
    """Wait until a service has committed the end of each partition."""
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    ends = {
        tp: end
        for tp, end in (await log_ends(bootstrap, dict.fromkeys(partitions, 0))).items()
        if end
    }
    async with named(bootstrap) as admin, asyncio.timeout(20):
        while True:
            found = await admin.list_consumer_group_offsets(
                f"passerelle.{service}", partitions=list(ends)
            )
            # Nothing is found while the coordinator reads what it had kept.
            if {tp: place.offset for tp, place in found.items()} == ends:
                return
            await asyncio.sleep(0.05)
