"""What the broker did not take is not published, nor what came after it about the same key."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from shared.contracts.topics import Service
from shared.runtime.lost_log import LogWatch
from shared.runtime.relay import Relay
from tests.integration.runtime_parts import a_host, tell
from tests.support.builders_events import a_need_published

pytestmark = [pytest.mark.timeout(90), pytest.mark.usefixtures("kafka_profile")]


@dataclass
class TakesAllBut:
    """A producer whose broker takes every event but those with these numbers."""

    refused: Sequence[int]
    sent: int = 0

    async def send(self, topic: str, **_: object) -> "asyncio.Future[SimpleNamespace]":
        self.sent += 1
        future: asyncio.Future[SimpleNamespace] = asyncio.get_running_loop().create_future()
        if self.sent in self.refused:
            future.set_exception(KafkaTimeoutError())
        else:
            future.set_result(SimpleNamespace(topic=topic, partition=0, offset=self.sent))
        return future


async def test_what_failed_and_what_came_after_it_of_the_same_key_stays_to_be_published(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    told = [a_need_published(name, version=v) for v in (1, 2, 3) for name in "ab"]
    async with a_host(database_dsn, bootstrap, tmp_path, Service.PROFILES) as host:
        await tell(host, *told)
        relay = Relay(
            settings=host.settings,
            service=host.service,
            metrics=host.metrics,
            health=host.health,
            failpoint=host.failpoint,
            woken=host.bell.listener(),
            progress=host.progress(),
        )
        session = await asyncpg.connect(database_dsn)
        producer = cast(AIOKafkaProducer, TakesAllBut(refused=[3]))  # the second of "a"
        with pytest.raises(KafkaTimeoutError):
            await relay._publish(session, producer, LogWatch(bootstrap, host.service))
        rows = await session.fetch("select event_id from outbox where published_at is null")
        await session.close()
    left: set[UUID] = {row["event_id"] for row in rows}
    assert left == {told[2].id, told[4].id}
