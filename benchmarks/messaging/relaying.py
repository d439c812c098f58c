"""The relay: rows a second from the outbox to the log, and what a row costs as it grows."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Coroutine, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from benchmarks.messaging.ground import Ground, event_id, events, fill, until
from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import Message
from shared.runtime.host import Host
from shared.runtime.kafka import make_producer
from shared.runtime.outbox import PUT, headers_as_json
from shared.runtime.relay import Relay

BATCH = 500
WAITS = "select exists (select from outbox where published_at is null)"
NEWCOMERS = 5_000


@asynccontextmanager
async def relaying(host: Host) -> AsyncGenerator[None, None]:
    """A relay that leads."""
    relay = Relay(
        settings=host.settings,
        service=host.service,
        metrics=host.metrics,
        health=host.health,
        failpoint=host.failpoint,
        woken=host.bell.listener(),
        progress=host.progress(),
    )
    async with running(relay.run()):
        await until(lambda: host.health.parts.get("relay", False))
        yield


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None, None]:
    """Do some work in the background; what goes wrong in it ends the run."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()


def published(host: Host) -> float:
    """How many rows the relay has published."""
    name, topic = f"passerelle_{host.service}_published_events_total", {"topic": NEEDS.name}
    return host.metrics.registry.get_sample_value(name, topic) or 0.0


async def relay_rate(ground: Ground, told: Sequence[Message]) -> float:
    """Rows a second that the relay publishes and marks, from a full outbox."""
    async with ground.broker() as bootstrap, ground.host(Service.PROFILES, bootstrap) as host:
        await fill(host, told)
        async with relaying(host):
            return len(told) / await _drained(host, len(told))


async def _drained(host: Host, count: int) -> float:
    began = monotonic()
    await until(lambda: published(host) >= count, within_s=1_200)
    while await host.pool.fetchval(WAITS):  # noqa: ASYNC110  # what it waits for has no event
        await asyncio.sleep(0.002)
    return monotonic() - began


async def produce_rate(ground: Ground, told: Sequence[Message]) -> float:
    """Messages a second that the client alone produces, with the relay's settings and batches."""
    async with ground.broker() as bootstrap, ground.host(Service.PROFILES, bootstrap) as host:
        producer = make_producer(host.settings, host.service)
        await producer.start()
        began = monotonic()
        for start in range(0, len(told), BATCH):
            sent = [await send(producer, message) for message in told[start : start + BATCH]]
            await asyncio.gather(*sent)
        took_s = monotonic() - began
        await producer.stop()
        return len(told) / took_s


async def send(producer: Any, message: Message) -> Awaitable[object]:  # noqa: ANN401  # untyped
    """Hand a message to the producer; what it returns is done when the broker has it."""
    sending: Awaitable[object] = await producer.send(
        message.topic, key=message.key, value=message.value, headers=list(message.headers)
    )
    return sending


async def insert_rate(ground: Ground, told: Sequence[Message]) -> float:
    """Rows a second that the driver alone inserts into the outbox, `BATCH` a transaction."""
    rows = [(event_id(m), m.topic, m.key, headers_as_json(m.headers), m.value) for m in told]
    async with (
        ground.broker() as bootstrap,
        ground.host(Service.PROFILES, bootstrap) as host,
        host.pool.acquire() as connection,
    ):
        began = monotonic()
        for start in range(0, len(rows), BATCH):
            await connection.executemany(PUT, rows[start : start + BATCH])
        return len(rows) / (monotonic() - began)


async def cost_as_it_grows(ground: Ground, size: int) -> tuple[float, float, float]:
    """Microseconds an event: from a backlog of `size`, then among as many kept rows; start (s)."""
    async with ground.broker() as bootstrap, ground.host(Service.PROFILES, bootstrap) as host:
        await fill(host, events("kept", size))
        async with relaying(host):
            waiting = await _drained(host, size) / size
        await fill(host, events("new", NEWCOMERS))
        began = monotonic()
        async with relaying(host):
            start_s = monotonic() - began
            among_kept = await _drained(host, size + NEWCOMERS) / NEWCOMERS
    return among_kept * 1e6, waiting * 1e6, start_s
