"""The parts of a service, each started again when it fails, stopped together."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from prometheus_client import Counter

from shared.runtime.access import access_of
from shared.runtime.dead_letters import watch_open
from shared.runtime.host import Host, Parts, Run
from shared.runtime.listening import Listening
from shared.runtime.outbox_state import watch_outbox
from shared.runtime.prepare import migrate, provision
from shared.runtime.progress import watched
from shared.runtime.relay import Relay
from shared.runtime.retention import Retention
from shared.runtime.tracing import traced
from shared.runtime.waiting_room import WaitingRoom

logger = logging.getLogger(__name__)
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 2.0


@asynccontextmanager
async def running(host: Host, parts: Parts) -> AsyncGenerator[None, None]:
    """Run all parts in the background; stop them in reverse."""
    runs = _runs(host, parts)
    host.health.expect("tables_and_topics", *runs)
    stopping = asyncio.Event()
    with traced(None, on=host.settings.tracing):
        supervisor = asyncio.create_task(_prepare_then(host, runs, stopping), name="supervisor")
    try:
        yield
    finally:
        stopping.set()
        supervisor.cancel()
        await asyncio.wait({supervisor})


def _runs(host: Host, parts: Parts) -> dict[str, Run]:
    relaying = host.progress()
    relay = Relay(
        settings=host.settings,
        service=host.service,
        metrics=host.metrics,
        health=host.health,
        failpoint=host.failpoint,
        woken=host.bell.listener(),
        progress=relaying,
    )
    retention = Retention(host.service, host.pool, host.settings.outbox_retention_days)
    runs: dict[str, Run] = {
        "relay": lambda: watched(relay.run, relaying),
        "dead_letters": lambda: watch_open(host),
        "outbox": lambda: watch_outbox(host),
        "retention": retention.run,
    }
    if parts.apply is not None:
        reading = host.progress()
        listening = Listening(host, parts.apply, reading)
        runs["consumer"] = lambda: watched(listening.run, reading)
        room = WaitingRoom(host.service, host.pool, parts.apply, host.metrics, listening.breaker)
        runs["waiting_room"] = lambda: room.run(host.bell)
    return runs | dict(parts.workers)


async def _prepare_then(host: Host, runs: Mapping[str, Run], stopping: asyncio.Event) -> None:
    async def prepare() -> None:
        await migrate(host.pool, host.migrations)
        await provision(host.settings.kafka_bootstrap, host.service, access_of(host.settings))

    restarts = host.metrics.restarts
    await supervise("tables_and_topics", prepare, stopping, restarts, once=True)
    host.health.say("tables_and_topics", ready=True)
    tasks = []
    for name, run in runs.items():
        if name not in ("relay", "consumer"):  # these two say it themselves
            host.health.say(name, ready=True)
        tasks.append(asyncio.create_task(supervise(name, run, stopping, restarts), name=name))
    try:
        await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def supervise(
    name: str, run: Run, stopping: asyncio.Event, restarts: Counter, *, once: bool = False
) -> None:
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
        restarts.labels(name).inc()
        wait_s = FIRST_WAIT_S if loop.time() - began > LONGEST_WAIT_S else wait_s
        await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311  # jitter
        wait_s = min(LONGEST_WAIT_S, wait_s * 2)
