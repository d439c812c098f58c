"""One service process: web first, then tables, topics, consumer, relay and workers, supervised."""

import asyncio
import logging
import random
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from shared.contracts.topics import Service, read_by
from shared.runtime.clock import Clock, make_clock
from shared.runtime.consumer import Apply, BatchConsumer
from shared.runtime.failpoints import Failpoints
from shared.runtime.kafka import make_broker, subscribe
from shared.runtime.observability import Health, Metrics, operations_routes, set_up_logging
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate, provision
from shared.runtime.relay import Relay
from shared.runtime.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

logger = logging.getLogger(__name__)
Run = Callable[[], Awaitable[None]]
FIRST_WAIT_S, LONGEST_WAIT_S, LAG_EVERY_S = 0.2, 5.0, 2.0


class Bell:
    """Wakes the parts of this process when something was committed; a poll stands behind it."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._listeners: list[asyncio.Event] = []

    def listener(self) -> asyncio.Event:
        """An event that each ring sets; its owner clears it before looking for work."""
        event = asyncio.Event()
        self._listeners.append(event)
        return event

    def ring(self) -> None:
        """Wake all listeners."""
        for event in self._listeners:
            event.set()


@dataclass
class Host:
    """What every part of a service process shares.

    Attributes:
        bell: Rung after each commit that may have left work for relay or workers.
    """

    service: Service
    settings: ServiceSettings
    migrations: Path
    pool: "Database"
    clock: Clock
    metrics: Metrics
    failpoint: Failpoints
    health: Health = field(default_factory=Health)
    bell: Bell = field(default_factory=Bell)


@dataclass(frozen=True)
class Parts:
    """What a service adds: routes, the work for one event, and workers that run for ever."""

    routes: Sequence[BaseRoute] = ()
    apply: Apply | None = None
    workers: Mapping[str, Run] = field(default_factory=dict)


Build = Callable[[Host], Parts]


def serve(service: Service, settings: ServiceSettings, migrations: Path, build: Build) -> None:
    """Run a service until SIGTERM or SIGINT, then finish what is in hand and return."""
    set_up_logging(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        async with open_host(service, settings, migrations) as host:
            parts = build(host)
            app.router.routes.extend(operations_routes(host.health, host.metrics))
            app.router.routes.extend(parts.routes)
            async with running(host, parts):
                yield

    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(lifespan=lifespan),
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    # uvicorn raises the signal again after it stopped: that must not kill us with a code.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: None)
    server.run()
    if not server.started:
        raise SystemExit(1)


@asynccontextmanager
async def open_host(
    service: Service, settings: ServiceSettings, migrations: Path
) -> AsyncGenerator[Host, None]:
    """Open what the parts share; the database may still be away."""
    async with open_pool(settings.database_url) as pool:
        yield Host(
            service=service,
            settings=settings,
            migrations=migrations,
            pool=pool,
            clock=make_clock(speed=settings.clock_speed, origin=settings.clock_origin),
            metrics=Metrics(service),
            failpoint=Failpoints(settings.failpoint),
        )


@asynccontextmanager
async def running(host: Host, parts: Parts) -> AsyncGenerator[None, None]:
    """Run all parts in the background; stop them in reverse."""
    runs = _runs(host, parts)
    host.health.expect("tables_and_topics", *runs)
    stopping = asyncio.Event()
    supervisor = asyncio.create_task(_prepare_then(host, runs, stopping), name="supervisor")
    try:
        yield
    finally:
        stopping.set()
        supervisor.cancel()
        await asyncio.wait({supervisor})


def _runs(host: Host, parts: Parts) -> dict[str, Run]:
    relay = Relay(
        settings=host.settings,
        service=host.service,
        metrics=host.metrics,
        health=host.health,
        failpoint=host.failpoint,
        woken=host.bell.listener(),
    )
    runs: dict[str, Run] = {"relay": relay.run}
    if parts.apply is not None:
        apply = parts.apply
        runs["consumer"] = lambda: consume(host, apply)
    return runs | dict(parts.workers)


async def _prepare_then(host: Host, runs: Mapping[str, Run], stopping: asyncio.Event) -> None:
    async def prepare() -> None:
        await migrate(host.pool, host.migrations)
        await provision(host.settings.kafka_bootstrap, host.service)

    await supervise("tables_and_topics", prepare, stopping, once=True)
    host.health.say("tables_and_topics", ready=True)
    tasks = []
    for name, run in runs.items():
        if name not in ("relay", "consumer"):  # these two say it themselves
            host.health.say(name, ready=True)
        tasks.append(asyncio.create_task(supervise(name, run, stopping), name=name))
    try:
        await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def supervise(name: str, run: Run, stopping: asyncio.Event, *, once: bool = False) -> None:
    """Run a part; when it fails, say so, wait with back-off and run it again."""
    wait_s = FIRST_WAIT_S
    loop = asyncio.get_running_loop()
    while not stopping.is_set():
        began = loop.time()
        try:
            await run()
        except Exception:
            logger.exception("a part failed and is started again", extra={"part": name})
        else:
            if once:
                return
        wait_s = FIRST_WAIT_S if loop.time() - began > LONGEST_WAIT_S else wait_s
        await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311  # jitter
        wait_s = min(LONGEST_WAIT_S, wait_s * 2)


async def consume(host: Host, apply: Apply) -> None:
    """Read this service's topics until cancelled."""
    batches = BatchConsumer(host.service, host.pool, apply, host.metrics, host.failpoint)

    async def handle(records: Sequence[ConsumerRecord]) -> None:
        await batches(records)
        host.bell.ring()

    broker = make_broker(host.settings, host.service)
    subscriber = subscribe(
        broker,
        read_by(host.service),
        handle,
        group=f"passerelle.{host.service}",
        profile=host.settings.kafka_profile,
    )
    try:
        await broker.start()
        host.health.say("consumer", ready=True)
        while True:
            await asyncio.sleep(LAG_EVERY_S)
            await _measure_lag(host, subscriber.consumer)
    finally:
        host.health.say("consumer", ready=False)
        with suppress(TimeoutError):
            await asyncio.wait_for(broker.stop(), 20)


async def _measure_lag(host: Host, consumer: AIOKafkaConsumer | None) -> None:
    if consumer is None:
        return
    lag: dict[str, int] = {}
    for partition in consumer.assignment():
        end = consumer.highwater(partition)
        behind = (end or 0) - await consumer.position(partition)
        lag[partition.topic] = lag.get(partition.topic, 0) + max(0, behind)
    for topic, behind in lag.items():
        host.metrics.lag.labels(topic).set(behind)
