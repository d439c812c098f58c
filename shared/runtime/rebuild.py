"""A reader's copy of the compacted topics made again from their beginning, while it serves."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from typing_extensions import override

from shared.contracts.delivery import RejectedError, UnavailableError
from shared.contracts.event import Tombstone
from shared.contracts.topics import BY_NAME, Service, Topic, read_by
from shared.contracts.wire import decode
from shared.runtime.access import Access
from shared.runtime.consumer import BatchConsumer, Heard
from shared.runtime.kafka import MOST_RECORDS, received

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

Place = tuple[TopicPartition, int]
FORGET_ALL = "delete from inbox where event_id = any($1::uuid[])"
ERASED = 2**63  # above every version
FETCH_MS, MOST_SILENT_FETCHES = 200, 150


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a topic is: what was read of it, and how many of its keys were applied."""

    topic: str
    read: int
    keys: int
    applied: int
    unreadable: int


@dataclass
class Rebuilder(BatchConsumer):
    """Applies what was heard before; versions, not the inbox, say what is old."""

    @override
    async def _begins(self, heard: Sequence[Heard], connection: "Connection") -> None:
        compacted = [
            one.event.id for one in heard if one.event and BY_NAME[one.message.topic].compacted
        ]
        await connection.execute(FORGET_ALL, compacted)


def rebuilt_by(service: Service) -> tuple[Topic, ...]:
    """The topics that a service's copy can be made from."""
    return tuple(topic for topic in read_by(service) if topic.compacted)


async def rebuild(
    topic: Topic,
    bootstrap: str,
    rebuilder: BatchConsumer,
    tell: Callable[[Progress], None],
    access: Access | None = None,
) -> Progress:
    """Apply the newest message of each key, and only it: what a need was once asks nobody."""
    read = unreadable = applied = 0
    newest: dict[bytes, tuple[int, Place]] = {}
    async with aclosing(_whole(topic.name, bootstrap, access)) as batches:
        async for records in batches:
            for record in records:
                version = _version(record)
                if version is None:
                    unreadable += 1
                elif version >= newest.get(record.key, (-1,))[0]:
                    newest[record.key] = version, _place(record)
            read += len(records)
            tell(Progress(topic.name, read, len(newest), applied, unreadable))
    places = {place for _, place in newest.values()}
    async with aclosing(_whole(topic.name, bootstrap, access)) as batches:
        async for records in batches:
            chosen = [record for record in records if _place(record) in places]
            if chosen:
                await rebuilder(chosen)
                applied += len(chosen)
                tell(Progress(topic.name, read, len(newest), applied, unreadable))
    return Progress(topic.name, read, len(newest), applied, unreadable)


def _place(record: ConsumerRecord) -> Place:
    return TopicPartition(record.topic, record.partition), record.offset


def _version(record: ConsumerRecord) -> int | None:
    try:
        event = decode(received(record))
    except RejectedError:
        return None
    return ERASED if isinstance(event, Tombstone) else event.version


async def _whole(
    topic: str, bootstrap: str, access: Access | None
) -> AsyncGenerator[Sequence[ConsumerRecord], None]:
    """A topic from its beginning to where it ended when this began; no group, nothing committed."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
        request_timeout_ms=10_000,
        **(access or {}),
    )
    ends: dict[TopicPartition, int] = {}
    silent = 0
    try:
        await consumer.start()
        while not await _is_read(consumer, ends):
            batches = await consumer.getmany(timeout_ms=FETCH_MS, max_records=MOST_RECORDS)
            records = [record for batch in batches.values() for record in batch]
            silent = 0 if records else silent + 1
            if silent > MOST_SILENT_FETCHES:
                raise UnavailableError(f"the broker stopped answering about {topic}")
            if records:
                yield records
    finally:
        await consumer.stop()


async def _is_read(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    for partition in consumer.assignment():
        end = consumer.highwater(partition)
        if end is not None:
            ends.setdefault(partition, end)
    for partition in consumer.assignment():
        if partition not in ends or await consumer.position(partition) < ends[partition]:
            return False
    return bool(ends)
