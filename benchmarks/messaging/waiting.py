"""Latency at a steady rate: from a form to the log, and from a commit to the reader's commit."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from benchmarks.messaging.consuming import keep
from benchmarks.messaging.ground import Ground, event_id, until
from benchmarks.messaging.relaying import relaying, running, send
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import Message, decode
from shared.runtime.host import Host
from shared.runtime.kafka import TIMINGS, make_producer
from shared.runtime.listening import Listening
from shared.runtime.outbox import PUT, PostgresOutbox, headers_as_json
from shared.runtime.settings import KafkaProfile

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

PUBLISHED = "select event_id, extract(epoch from published_at)::float8 as at from outbox"
Seconds = list[float]


@dataclass
class Stamps:
    """When each event was begun (wall clock), committed and committed by its reader."""

    began: dict[UUID, float] = field(default_factory=dict)
    committed: dict[UUID, float] = field(default_factory=dict)
    heard: dict[UUID, float] = field(default_factory=dict)


async def steadily(
    rate: int, told: Sequence[Message], work: Callable[[Message], Coroutine[Any, Any, None]]
) -> None:
    """Begin some work for each message at its time, whatever became of those before."""
    start = monotonic()
    async with asyncio.TaskGroup() as group:
        for number, message in enumerate(told):
            await asyncio.sleep(max(0.0, start + number / rate - monotonic()))
            group.create_task(work(message))


async def waits(ground: Ground, told: Sequence[Message], rate: int) -> tuple[Seconds, Seconds]:
    """Seconds from the form to the log's yes, and from a commit to the reader's."""
    stamps = Stamps()
    async with (
        ground.broker() as bootstrap,
        ground.host(Service.PROFILES, bootstrap) as writer,
        ground.host(Service.NOTIFIER, bootstrap) as reader,
    ):
        async with relaying(writer), hearing(reader, stamps):
            await until(lambda: reader.health.parts.get("consumer", False))
            await _tell(writer, stamps, decode(told[0]))  # the group has to join first
            await until(lambda: len(stamps.heard) == 1)
            await steadily(rate, told[1:], lambda m: _tell(writer, stamps, decode(m)))
            await until(lambda: len(stamps.heard) == len(told))
        published = {row["event_id"]: row["at"] for row in await writer.pool.fetch(PUBLISHED)}
    ids = [event_id(message) for message in told[1:]]
    return (
        [published[one] - stamps.began[one] for one in ids],
        [stamps.heard[one] - stamps.committed[one] for one in ids],
    )


async def _tell(host: Host, stamps: Stamps, event: Event | Tombstone) -> None:
    stamps.began[event.id] = time.time()
    async with host.pool.acquire() as connection, connection.transaction():
        await PostgresOutbox(connection).put(event)
    stamps.committed[event.id] = monotonic()
    host.bell.ring()


@asynccontextmanager
async def hearing(host: Host, stamps: Stamps) -> AsyncGenerator[None, None]:
    """A reader at work, which notes when it has committed what."""
    in_hand: list[UUID] = []
    committed = host.bell.listener()

    async def apply(event: Event | Tombstone, connection: "Connection") -> None:
        await keep(event, connection)
        in_hand.append(event.id)

    async def note() -> None:
        while True:
            await committed.wait()
            committed.clear()
            stamps.heard.update(dict.fromkeys(in_hand, monotonic()))
            in_hand.clear()

    async with running(Listening(host, apply, host.progress()).run()), running(note()):
        yield


async def insert_waits(ground: Ground, told: Sequence[Message], rate: int) -> Seconds:
    """Seconds that the driver alone needs to commit one outbox row."""
    took: Seconds = []
    async with ground.broker() as bootstrap, ground.host(Service.PROFILES, bootstrap) as host:

        async def insert(message: Message) -> None:
            began = monotonic()
            headers = headers_as_json(message.headers)
            row = (event_id(message), message.topic, message.key, headers, message.value)
            await host.pool.execute(PUT, *row)
            took.append(monotonic() - began)

        await steadily(rate, told, insert)
    return took


async def log_waits(ground: Ground, told: Sequence[Message], rate: int) -> Seconds:
    """Seconds from the client's send to another client's read, nothing else between."""
    sent: dict[bytes, float] = {}
    read: dict[bytes, float] = {}
    async with ground.broker() as bootstrap, ground.host(Service.PROFILES, bootstrap) as host:
        producer = make_producer(host.settings, host.service)
        consumer = AIOKafkaConsumer(
            NEEDS.name,
            bootstrap_servers=bootstrap,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=TIMINGS[KafkaProfile.EMBEDDED].fetch_wait_ms,
        )

        async def reading() -> None:
            async for record in consumer:
                read[dict(record.headers)["ce_id"]] = monotonic()

        async def sending(message: Message) -> None:
            sent[dict(message.headers)["ce_id"] or b""] = monotonic()
            await (await send(producer, message))

        async with producer, consumer, running(reading()):
            await steadily(rate, told, sending)
            await until(lambda: len(read) == len(told))
    return [read[one] - sent[one] for one in sent]
