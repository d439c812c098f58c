"""A reader that freezes loses its place, and what it had begun has one effect all the same."""

import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from deploy.embedded.processes import Process, until
from deploy.embedded.web_process import PROJECT
from shared.contracts.topics import Service
from shared.contracts.wire import encode
from shared.runtime.kafka import TIMINGS
from shared.runtime.prepare import provision
from shared.runtime.settings import KafkaProfile
from tests.integration.runtime_parts import send
from tests.integration.test_runtime_consumer import Reader, a_reader, effects, settled
from tests.kafka.member import FREEZING, SHORT
from tests.kafka.topics import named
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(120)
EFFECTS = "select count(*) from effect"


@pytest.fixture
async def frozen(
    database_dsn: str, bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Process]:
    """A member of the group that has stopped inside a transaction."""
    monkeypatch.setitem(TIMINGS, KafkaProfile.KAFKA, SHORT)
    await provision(bootstrap, Service.NOTIFIER)
    member = Process(
        name="member",
        command=[
            sys.executable,
            "-m",
            "tests.kafka.member",
            database_dsn,
            bootstrap,
            str(tmp_path),
        ],
        log=tmp_path / "member.log",
        environment=dict(os.environ),
        folder=PROJECT,
    )
    member.start()
    try:
        await send(bootstrap, encode(FREEZING), *(encode(a_need_published(x)) for x in "abcdef"))
        assert await until(lambda: _has_stopped(member), within_s=30), member.last_words(20)
        yield member
    finally:
        await member.kill()


def _has_stopped(member: Process) -> bool:
    found = os.waitid(os.P_PID, member.pid, os.WSTOPPED | os.WNOWAIT | os.WNOHANG)
    return found is not None


async def test_another_takes_over_from_a_frozen_member_which_comes_back_without_harm(
    database_dsn: str, bootstrap: str, frozen: Process, tmp_path: Path
) -> None:
    async def members() -> int:
        async with named(bootstrap) as admin:
            (described,) = await admin.describe_consumer_groups(["passerelle.notifier"])
            return len(described.groups[0][5])

    async def both_are_in() -> bool:
        return await members() == 2

    async with a_reader(database_dsn, bootstrap, tmp_path, Reader()) as host:
        await settled(host, EFFECTS, 7)
        assert await members() == 1
        frozen.send(signal.SIGCONT)
        assert await until(both_are_in, within_s=30, every_s=0.1), frozen.last_words(20)
        await send(bootstrap, *(encode(a_need_published(x)) for x in "ghijkl"))
        await settled(host, EFFECTS, 13)
        assert len(set(await effects(host))) == 13
        assert await host.pool.fetchval("select count(*) from dead_letter") == 0
        assert frozen.is_running
