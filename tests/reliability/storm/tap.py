"""Reading everything on the log while it lasts: the broker forgets it at each restart."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from shared.contracts.topics import TOPICS
from tests.reliability.storm.characters import marks_in
from tests.reliability.storm.history import Record

READ_MS = 300
Place = tuple[int, str, int, int]


@dataclass
class Tap:
    """What was on the log, in each of the broker's lives.

    Attributes:
        lives: When each life of the broker ended the one before, by the clock on the wall.
    """

    bootstrap: str
    lives: list[float] = field(default_factory=lambda: [time.time()])
    _records: dict[Place, Record] = field(default_factory=dict)

    @property
    def records(self) -> list[Record]:
        """Everything that was read so far."""
        return list(self._records.values())

    def broker_ends(self) -> None:
        """The log is gone: what is read from now on is that of a new life."""
        self.lives.append(time.time())

    async def follow(self) -> None:
        """Read until cancelled."""
        while True:
            life = len(self.lives)
            with suppress(KafkaError, OSError):
                await self._read(life, whole=False)
            await asyncio.sleep(0.5)

    async def read_all(self) -> None:
        """Read the log of this life to its end."""
        await self._read(len(self.lives), whole=True)

    async def _read(self, life: int, *, whole: bool) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
        )
        try:
            consumer.assign(await self._partitions())
            await consumer.start()
            while life == len(self.lives) and not (whole and await _is_at_the_end(consumer)):
                batches = await consumer.getmany(timeout_ms=READ_MS)
                if life == len(self.lives):
                    self._keep(life, batches)
        finally:
            await consumer.stop()

    async def _partitions(self) -> list[TopicPartition]:
        """Those that are there, once all topics are: to ask for one would create it."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            found = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}
        finally:
            await admin.close()
        if missing := {topic.name for topic in TOPICS} - found.keys():
            raise UnknownTopicOrPartitionError(missing)
        return [
            TopicPartition(topic.name, partition["partition"])
            for topic in TOPICS
            for partition in found[topic.name]
        ]

    def _keep(self, life: int, batches: Mapping[TopicPartition, list[ConsumerRecord]]) -> None:
        for record in (record for batch in batches.values() for record in batch):
            place = (life, record.topic, record.partition, record.offset)
            if place not in self._records:
                self._records[place] = _record(life, record)


async def _is_at_the_end(consumer: AIOKafkaConsumer) -> bool:
    for partition in consumer.assignment():
        end = consumer.highwater(partition)
        if end is None or await consumer.position(partition) < end:
            return False
    return True


def _record(life: int, record: ConsumerRecord) -> Record:
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    shown = f"{headers} {(record.key or b'').decode(errors='replace')}"
    return Record(
        life=life,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        id=UUID(headers["ce_id"]),
        marks=marks_in(shown + (record.value or b"").decode(errors="replace")),
    )
