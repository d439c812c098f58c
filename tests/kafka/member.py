"""A reader that freezes itself in the middle of one event: `python -m tests.kafka.member`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from typing_extensions import override

from shared.contracts.event import Event, Tombstone
from shared.runtime import postgres
from shared.runtime.kafka import TIMINGS, Timings
from shared.runtime.postgres import Connection
from shared.runtime.settings import KafkaProfile
from tests.integration.test_runtime_consumer import Reader, a_reader
from tests.support.builders_events import a_need_published

FREEZING = a_need_published("freezing")
SHORT = Timings(session_ms=2_000, heartbeat_ms=500, fetch_wait_ms=100)


class FreezingReader(Reader):
    @override
    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        await super().__call__(event, connection)
        if event.id == FREEZING.id:
            os.kill(os.getpid(), signal.SIGSTOP)


async def main(dsn: str, bootstrap: str, folder: str) -> None:
    TIMINGS[KafkaProfile.KAFKA] = SHORT
    postgres.LONGEST_IDLE = "3s"
    async with a_reader(dsn, bootstrap, Path(folder), FreezingReader()):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
