"""Where the partitions of the log end: the greater of what reading shows and the broker says.

The embedded broker says too little; on Apache Kafka, reading shows too little after an election.
"""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.runtime.access import Access

PATIENCE_S = 15.0


async def log_ends(
    bootstrap: str, places: Mapping[TopicPartition, int], access: Access | None = None
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
        **(access or {}),
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
            said = await consumer.end_offsets(list(places))
        return {partition: max(end or 0, said[partition]) for partition, end in ends.items()}
    finally:
        await consumer.stop()
