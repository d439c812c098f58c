"""A host, a log and a reader for the runtime's tests, on the real broker and database."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service
from shared.contracts.wire import Message
from shared.runtime.access import access_of
from shared.runtime.host import Host, Parts, open_host
from shared.runtime.outbox import PostgresOutbox
from shared.runtime.prepare import migrate, provision
from shared.runtime.settings import ServiceSettings
from shared.runtime.supervision import running
from tests.support.raw_records import send_together


def settings_for(dsn: str, bootstrap: str, **more: float) -> ServiceSettings:
    """The profile comes from the environment: the fixture `kafka_profile` sets it."""
    return ServiceSettings.model_validate(
        {**ServiceSettings(database_url=dsn, kafka_bootstrap=bootstrap).model_dump(), **more}
    )


@asynccontextmanager
async def a_host(
    dsn: str, bootstrap: str, folder: Path, service: Service, **settings: float
) -> AsyncGenerator[Host, None]:
    async with open_host(service, settings_for(dsn, bootstrap, **settings), folder) as host:
        await migrate(host.pool, folder)
        await provision(bootstrap, service, access_of(host.settings))
        yield host


@asynccontextmanager
async def at_work(host: Host, parts: Parts) -> AsyncGenerator[None, None]:
    async with running(host, parts):
        await eventually(lambda: host.health.ready)
        yield


async def eventually(
    holds: Callable[[], bool], *, within_s: float = 20, every_s: float = 0.02
) -> None:
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(every_s)


async def tell(host: Host, *events: Event | Tombstone) -> None:
    async with host.pool.acquire() as connection, connection.transaction():
        for event in events:
            await PostgresOutbox(connection).put(event)
    host.bell.ring()


async def send(bootstrap: str, *messages: Message) -> None:
    # Compressed, a message over the broker's limit comes through, as it may from anyone.
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, max_request_size=2_000_000, compression_type="gzip"
    )
    await producer.start()
    try:
        for message in messages:
            if not all(name.isprintable() for name, _ in message.headers):
                await send_together(bootstrap, message)
                continue
            await producer.send_and_wait(
                message.topic,
                key=message.key or None,
                value=message.value,
                headers=list(message.headers),
            )
    finally:
        await producer.stop()


async def read(bootstrap: str, topic: str, count: int) -> list[ConsumerRecord]:
    """The first `count` records of a topic, in order of arrival within each key."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    records: list[ConsumerRecord] = []
    try:
        async with asyncio.timeout(20):
            while len(records) < count:
                for batch in (await consumer.getmany(timeout_ms=100)).values():
                    records.extend(batch)
    finally:
        await consumer.stop()
    return records
