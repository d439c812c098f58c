"""Where the partitions of the log end, by reading: the embedded broker's own answer is wrong."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

PATIENCE_S = 15.0


async def log_ends(
    bootstrap: str, places: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """The next offset of each partition, looking from the given places on."""
    if not places:
        return {}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=1,  # one batch: what it holds does not matter
    )
    await consumer.start()
    try:
        consumer.assign(list(places))
        for partition, place in places.items():
            consumer.seek(partition, place)
        ends: dict[TopicPartition, int | None] = {}
        async with asyncio.timeout(PATIENCE_S):
            while any(ends.get(partition) is None for partition in places):
                await consumer.getmany(timeout_ms=100, max_records=1)
                ends = {partition: consumer.highwater(partition) for partition in places}
        return {partition: end or 0 for partition, end in ends.items()}
    finally:
        await consumer.stop()
