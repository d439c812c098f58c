"""Publishing: one leader a service sends the outbox in order and marks what arrived."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, TypeVar

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.contracts.topics import Service
from shared.runtime.access import Access, access_of
from shared.runtime.bell import rest
from shared.runtime.failpoints import Failpoints
from shared.runtime.kafka import make_producer
from shared.runtime.observability import Health, Metrics
from shared.runtime.outbox import headers_from_json
from shared.runtime.settings import ServiceSettings

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Session = Connection[Record]

T = TypeVar("T")
logger = logging.getLogger(__name__)
LEADER_LOCK = 0x72656C61
BATCH, POLL_S, IDLE_LIMIT = 1_000, 0.2, "3s"
MEASURE_EVERY_S = 5.0
PENDING = """
select id, topic, key, headers, value from outbox
where published_at is null order by id limit $1
"""
MARK = """
update outbox set published_at = clock_timestamp(), partition = done.partition,
       "offset" = done.place
from unnest($1::bigint[], $2::int[], $3::bigint[]) as done (id, partition, place)
where outbox.id = done.id
"""
ENDS = """
select topic, partition, max("offset") as last from outbox
where "offset" is not null group by topic, partition
"""
AGAIN = """
update outbox set published_at = null, partition = null, "offset" = null
where published_at is not null
"""
STATE = """
select count(*) as rows,
       coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as age_s
from outbox where published_at is null
"""


@dataclass
class Relay:
    """Publishes the outbox of one service; several processes may run, one leads."""

    settings: ServiceSettings
    service: Service
    metrics: Metrics
    health: Health
    failpoint: Failpoints
    woken: asyncio.Event
    _measured_at: float = -inf

    async def run(self) -> None:
        """Lead or wait to lead, for ever; raises when database or broker go away."""
        # A frozen leader must lose its lock: its session ends when it stays idle.
        connection = await asyncpg.connect(
            self.settings.database_url,
            command_timeout=30,
            server_settings={"idle_session_timeout": IDLE_LIMIT, "timezone": "UTC"},
        )
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", LEADER_LOCK):
                self.metrics.relay_leader.set(0)
                self.health.say("relay", ready=True)
                await asyncio.sleep(1)
            await self._lead(connection)
        finally:
            self.health.say("relay", ready=False)
            self.metrics.relay_leader.set(0)
            with suppress(Exception):
                async with asyncio.timeout(2):
                    await connection.close()

    async def _lead(self, connection: "Session") -> None:
        producer = make_producer(self.settings, self.service)
        try:
            await producer.start()
            await publish_again_if_lost(
                connection, self.settings.kafka_bootstrap, access_of(self.settings)
            )
            self.metrics.relay_leader.set(1)
            self.health.say("relay", ready=True)
            while True:
                self.woken.clear()
                sent = await self._publish(connection, producer)
                if sent < BATCH:
                    await rest(self.woken, at_most_s=POLL_S)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(5):
                    await producer.stop()

    async def _publish(self, connection: "Session", producer: AIOKafkaProducer) -> int:
        rows = await connection.fetch(PENDING, BATCH)
        if not rows:
            self.metrics.outbox_pending.set(0)
            self.metrics.outbox_age.set(0)
            return 0
        futures = [
            await producer.send(
                row["topic"],
                key=row["key"],
                value=row["value"],
                headers=headers_from_json(row["headers"]),
            )
            for row in rows
        ]
        results = await _awake(connection, asyncio.gather(*futures, return_exceptions=True))
        self.failpoint("relay.after_send")
        failed_keys: set[tuple[str, bytes]] = set()
        ids, partitions, offsets = [], [], []
        first_error: BaseException | None = None
        for row, result in zip(rows, results, strict=True):
            place = (row["topic"], row["key"])
            if isinstance(result, BaseException):
                failed_keys.add(place)
                first_error = first_error or result
            elif place not in failed_keys:
                ids.append(row["id"])
                partitions.append(result.partition)
                offsets.append(result.offset)
                self.metrics.published.labels(row["topic"]).inc()
        await connection.execute(MARK, ids, partitions, offsets)
        await self._measure(connection, at_the_end=len(rows) < BATCH)
        if first_error is not None:
            raise first_error
        return len(rows)

    async def _measure(self, connection: "Session", *, at_the_end: bool) -> None:
        # Counting what waits takes as long as it is; in the midst of much, not at each batch.
        now = asyncio.get_running_loop().time()
        if not at_the_end and now - self._measured_at < MEASURE_EVERY_S:
            return
        self._measured_at = now
        state = await connection.fetchrow(STATE)
        if state is not None:
            self.metrics.outbox_pending.set(state["rows"])
            self.metrics.outbox_age.set(state["age_s"])


async def publish_again_if_lost(
    connection: "Session", bootstrap: str, access: Access | None = None
) -> bool:
    """Mark the retained outbox as unpublished when the log ends before what it acknowledged."""
    acknowledged = {
        TopicPartition(row["topic"], row["partition"]): row["last"]
        for row in await connection.fetch(ENDS)
    }
    if not acknowledged:
        return False
    ends = await _awake(connection, log_ends(bootstrap, list(acknowledged), access))
    lost = [tp for tp, last in acknowledged.items() if ends[tp] <= last]
    if not lost:
        return False
    result = await connection.execute(AGAIN, timeout=120)
    logger.warning(
        "the broker lost its log: publishing again",
        extra={"partitions": len(lost), "rows": result.split()[-1]},
    )
    return True


async def _awake(connection: "Session", slow: Awaitable[T]) -> T:
    """Wait for the broker without losing the lock to `IDLE_LIMIT`; a frozen process loses it."""
    task = asyncio.ensure_future(slow)
    while not (await asyncio.wait({task}, timeout=1))[0]:
        await connection.fetchval("select 1")
    return await task


async def log_ends(
    bootstrap: str, partitions: list[TopicPartition], access: Access | None = None
) -> dict[TopicPartition, int]:
    """The next offset of each partition: the greater of what reading shows and the broker says.

    The embedded broker says too little; on Kafka, reading shows too little after an election.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
        **(access or {}),
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        ends: dict[TopicPartition, int | None] = {}
        async with asyncio.timeout(15):
            while any(ends.get(partition) is None for partition in partitions):
                await consumer.getmany(timeout_ms=100, max_records=1)
                ends = {partition: consumer.highwater(partition) for partition in partitions}
            said = await consumer.end_offsets(partitions)
        return {partition: max(end or 0, said[partition]) for partition, end in ends.items()}
    finally:
        await consumer.stop()
