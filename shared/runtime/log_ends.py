"""Where the partitions of the log end: the greater of what reading shows and the broker says.

The embedded broker says too little; on Apache Kafka, reading shows too little after an election.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.runtime.access import Access

PATIENCE_S = 15.0
MOST_LOOKS = 20


@dataclass
class Seen:
    """A partition, seen from a place on: its next offset, and the first record from there."""

    end: int
    first: ConsumerRecord | None = None


async def log_ends(
    bootstrap: str, places: Mapping[TopicPartition, int], access: Access | None = None
) -> dict[TopicPartition, int]:
    """The next offset of each partition, looking from the given places on."""
    seen = await look(bootstrap, places, access)
    return {partition: one.end for partition, one in seen.items()}


async def look(
    bootstrap: str, places: Mapping[TopicPartition, int], access: Access | None = None
) -> dict[TopicPartition, Seen]:
    """What is in each partition at the given place, and where it ends."""
    if not places:
        return {}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=1,  # one batch
        **(access or {}),
    )
    await consumer.start()
    try:
        consumer.assign(list(places))
        for partition, place in places.items():
            consumer.seek(partition, place)
        async with asyncio.timeout(PATIENCE_S):
            first = await _read(consumer, places)
            said = await consumer.end_offsets(list(places))
        return {
            partition: Seen(max(consumer.highwater(partition), end), first.get(partition))
            for partition, end in said.items()
        }
    finally:
        await consumer.stop()


async def _read(
    consumer: AIOKafkaConsumer, places: Mapping[TopicPartition, int]
) -> dict[TopicPartition, ConsumerRecord]:
    """The first record of each partition from its place on; there may be none."""
    first: dict[TopicPartition, ConsumerRecord] = {}
    looks = 0
    while True:
        for partition, records in (await consumer.getmany(timeout_ms=100)).items():
            first.setdefault(partition, records[0])
        ends = {partition: consumer.highwater(partition) for partition in places}
        if None in ends.values():
            continue
        looks += 1
        unread = [p for p, place in places.items() if ends[p] > place and p not in first]
        if not unread or looks > MOST_LOOKS:
            return first
