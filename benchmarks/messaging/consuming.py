"""A consumer: events a second that one worker hears once and applies."""

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer

from benchmarks.messaging.ground import Ground, until
from benchmarks.messaging.relaying import BATCH, running, send
from shared.contracts.event import Event, Tombstone
from shared.contracts.needs import NeedPublished
from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import Message
from shared.runtime.host import Host
from shared.runtime.kafka import MOST_RECORDS, make_producer
from shared.runtime.listening import Listening

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

KEEP = """
insert into effect (key, version, title) values ($1, $2, $3)
on conflict (key) do update set version = excluded.version, title = excluded.title
where effect.version < excluded.version
"""


async def keep(event: Event | Tombstone, connection: "Connection") -> None:
    """The least that a service does with an event: one statement, guarded by its version."""
    if isinstance(event, NeedPublished):
        await connection.execute(KEEP, event.key, event.version, event.title)


async def consumer_rate(ground: Ground, told: Sequence[Message]) -> float:
    """Events a second from the first in hand to the last committed, by a service's consumer."""
    async with ground.broker() as bootstrap, ground.host(Service.NOTIFIER, bootstrap) as host:
        await produce(host, told)
        began: list[float] = []

        async def apply(event: Event | Tombstone, connection: "Connection") -> None:
            if not began:
                began.append(monotonic())
            await keep(event, connection)

        async with running(Listening(host, apply, host.progress()).run()):
            await until(lambda: consumed(host) >= len(told))
            return len(told) / (monotonic() - began[0])


async def produce(host: Host, told: Sequence[Message]) -> None:
    """Put messages into the log, in batches as the relay's."""
    producer = make_producer(host.settings, host.service)
    await producer.start()
    for start in range(0, len(told), BATCH):
        for sending in [await send(producer, message) for message in told[start : start + BATCH]]:
            await sending
    await producer.stop()


def consumed(host: Host) -> float:
    """How many events were applied, and committed."""
    # Not asked of the registry, which would also measure this process, a hundred times a second.
    value: float = host.metrics.consumed.labels(NEEDS.name, "applied")._value.get()  # noqa: SLF001
    return value


async def read_rate(ground: Ground, told: Sequence[Message]) -> float:
    """Messages a second that the client alone reads, in batches as the consumer's."""
    async with ground.broker() as bootstrap, ground.host(Service.NOTIFIER, bootstrap) as host:
        await produce(host, told)
        consumer = AIOKafkaConsumer(
            NEEDS.name,
            bootstrap_servers=bootstrap,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )
        await consumer.start()
        read, began = 0, 0.0
        while read < len(told):
            batches = await consumer.getmany(timeout_ms=50, max_records=MOST_RECORDS)
            began = began or monotonic()
            read += sum(map(len, batches.values()))
        took_s = monotonic() - began
        await consumer.stop()
        return len(told) / took_s


async def apply_rate(ground: Ground, told: Sequence[Message]) -> float:
    """Rows a second that the driver alone writes one by one, as many a transaction as a batch."""
    async with (
        ground.broker() as bootstrap,
        ground.host(Service.NOTIFIER, bootstrap) as host,
        host.pool.acquire() as connection,
    ):
        began = monotonic()
        for start in range(0, len(told), MOST_RECORDS):
            async with connection.transaction():
                for message in told[start : start + MOST_RECORDS]:
                    await connection.execute(KEEP, message.key.decode(), start, "A title")
        return len(told) / (monotonic() - began)
