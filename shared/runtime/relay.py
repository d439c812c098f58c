"""Publishing: one leader a service sends the outbox in order and marks what arrived."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import asyncpg
from aiokafka import AIOKafkaProducer, TopicPartition

from shared.contracts.topics import Service
from shared.runtime.access import access_of
from shared.runtime.bell import rest
from shared.runtime.failpoints import Failpoints
from shared.runtime.kafka import make_producer
from shared.runtime.lost_log import Last, LogWatch
from shared.runtime.observability import Health, Metrics
from shared.runtime.outbox import headers_from_json
from shared.runtime.outbox_state import measure
from shared.runtime.progress import Progress
from shared.runtime.settings import ServiceSettings

if TYPE_CHECKING:
    from aiokafka.structs import RecordMetadata
    from asyncpg import Connection, Record

    Session = Connection[Record]

T = TypeVar("T")
logger = logging.getLogger(__name__)
LEADER_LOCK = 0x72656C61
BATCH, POLL_S, IDLE_LIMIT = 1_000, 0.2, "3s"
PENDING = """
select id, event_id, topic, key, headers, value from outbox
where published_at is null order by id limit $1
"""
MARK = """
update outbox set published_at = clock_timestamp(), partition = done.partition,
       "offset" = done.place
from unnest($1::bigint[], $2::int[], $3::bigint[]) as done (id, partition, place)
where outbox.id = done.id
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
    progress: Progress

    async def run(self) -> None:
        """Lead or wait to lead, for ever; raises when database or broker go away."""
        # A frozen leader must lose its lock: its session ends when it stays idle.
        connection = await asyncpg.connect(
            self.settings.database_url,
            timeout=10,
            command_timeout=30,
            server_settings={
                "idle_session_timeout": IDLE_LIMIT,
                "idle_in_transaction_session_timeout": IDLE_LIMIT,
                "timezone": "UTC",
            },
        )
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", LEADER_LOCK):
                self.metrics.relay_leader.set(0)
                self.health.say("relay", ready=True)
                self.progress.beat()
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
            log = LogWatch(self.settings.kafka_bootstrap, self.service, access_of(self.settings))
            await log.remember(connection)
            self.metrics.relay_leader.set(1)
            while True:
                self.woken.clear()
                if log.is_due and await _awake(connection, log.is_lost()):
                    await log.publish_again(connection, self.progress.beat)
                sent = await self._publish(connection, producer, log)
                self.health.say("relay", ready=True)
                self.progress.beat()
                if sent < BATCH:
                    await rest(self.woken, at_most_s=POLL_S)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(5):
                    await producer.stop()

    async def _publish(
        self, connection: "Session", producer: AIOKafkaProducer, log: LogWatch
    ) -> int:
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
        sent = _sent(rows, results)
        if all(log.acknowledged(*_place(row, at)) for row, at in sent):
            await self._mark(connection, sent)
        else:  # nothing of this may hide it from who leads next, should this process end now
            await log.publish_again(connection, self.progress.beat)
        if len(rows) < BATCH:  # in the midst of much, counting it takes too long
            await measure(connection, self.metrics)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(rows)

    async def _mark(
        self, connection: "Session", sent: "Sequence[tuple[Record, RecordMetadata]]"
    ) -> None:
        await connection.execute(
            MARK,
            [row["id"] for row, _ in sent],
            [at.partition for _, at in sent],
            [at.offset for _, at in sent],
        )
        for _, at in sent:
            self.metrics.published.labels(at.topic).inc()


def _place(row: "Record", at: "RecordMetadata") -> tuple[TopicPartition, Last]:
    return TopicPartition(at.topic, at.partition), Last(at.offset, row["event_id"])


def _sent(
    rows: "Sequence[Record]", results: "Sequence[RecordMetadata | BaseException]"
) -> "list[tuple[Record, RecordMetadata]]":
    """What arrived; of each key nothing after the first that did not."""
    sent = []
    failed: set[tuple[str, bytes]] = set()
    for row, result in zip(rows, results, strict=True):
        key = (row["topic"], row["key"])
        if isinstance(result, BaseException):
            failed.add(key)
        elif key not in failed:
            sent.append((row, result))
    return sent


async def _awake(connection: "Session", slow: Awaitable[T]) -> T:
    """Wait for the broker without losing the lock to `IDLE_LIMIT`; a frozen process loses it."""
    task = asyncio.ensure_future(slow)
    while not (await asyncio.wait({task}, timeout=1))[0]:
        await connection.fetchval("select 1")
    return await task
