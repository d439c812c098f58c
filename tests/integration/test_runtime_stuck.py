"""A consumer that hangs without failing is noticed and started anew, in its work or its commit."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import encode
from shared.runtime.host import Host, Parts
from shared.runtime.listening import Listening
from shared.runtime.postgres import Connection
from shared.runtime.prepare import provision
from shared.runtime.progress import watched
from shared.runtime.supervision import supervise
from tests.integration.runtime_parts import a_host, at_work, eventually, send
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(90)
PATIENCE_S = 4.0
"""Longer than the embedded broker takes to let a member in."""


@dataclass
class Held:
    """Waits for a sign before it takes an event."""

    free: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[UUID] = field(default_factory=list)

    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        self.begun.set()
        await self.free.wait()
        self.heard.append(event.id)


async def test_work_that_hangs_is_cancelled_and_handed_out_again(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    held, event = Held(), a_need_published("held")
    async with a_host(
        database_dsn, new_bootstrap, tmp_path, Service.MATCHER, stuck_after_s=PATIENCE_S
    ) as host:
        async with at_work(host, Parts(apply=held)):
            await send(new_bootstrap, encode(event))
            await held.begun.wait()
            await eventually(lambda: restarts(host) == 1)
            held.free.set()
            await eventually(lambda: held.heard == [event.id])
            assert host.health.alive


async def test_work_that_hangs_each_time_makes_the_process_unhealthy(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    async with a_host(
        database_dsn, new_bootstrap, tmp_path, Service.MATCHER, stuck_after_s=PATIENCE_S
    ) as host:
        async with at_work(host, Parts(apply=Held())):
            await eventually(lambda: restarts(host) == 0)
            await send(new_bootstrap, encode(a_need_published("held")))
            await eventually(lambda: not host.health.alive, within_s=40)
            assert restarts(host) >= 1


async def test_a_commit_that_never_returns_is_given_up(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    held, event = Held(), a_need_published("last of its log")
    async with a_host(
        database_dsn, new_bootstrap, tmp_path, Service.MATCHER, stuck_after_s=PATIENCE_S
    ) as host:
        progress, stopping = host.progress(), asyncio.Event()
        listening = Listening(host, held, progress)

        async def run() -> None:
            await watched(listening.run, progress)

        part = asyncio.create_task(supervise("consumer", run, stopping, host.metrics.restarts))
        await send(new_bootstrap, encode(event))
        await held.begun.wait()
        await deleted(new_bootstrap, NEEDS.name)
        held.free.set()
        await eventually(lambda: restarts(host) >= 1)
        await provision(new_bootstrap, Service.MATCHER)
        await send(new_bootstrap, encode(a_need_published("first of the new one")))
        await eventually(lambda: len(held.heard) == 2, within_s=30)
        part.cancel()
        await asyncio.wait({part})


async def deleted(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.delete_topics([topic])
    await admin.close()


def restarts(host: Host) -> float:
    name = "passerelle_matcher_part_restarts_total"
    return host.metrics.registry.get_sample_value(name, {"part": "consumer"}) or 0
