"""The demo as a person starts and stops it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.embedded.ports import Ports
from deploy.embedded.processes import StartError, says_yes, until
from deploy.embedded.web_process import PROJECT


@dataclass
class Demo:
    """How to start it, always on the same folder and ports."""

    folder: Path
    ports: Ports

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        names = {name: f"DEMO_PORT_{name.upper()}" for name in Ports.__slots__}
        chosen = {names[name]: str(getattr(self.ports, name)) for name in names}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "deploy.embedded.demo", *arguments),
            env={**os.environ, **chosen, "DEMO_DIR": str(self.folder)},
            cwd=PROJECT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    def has_left_nothing_running(self) -> bool:
        try:
            self.ports.require_free()
        except StartError:
            return False
        return True


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncGenerator[Demo]:
    described = Demo(tmp_path / "demo", Ports.free())
    yield described
    forgetting = await described.start("--forget")
    assert await forgetting.wait() == 0
    assert not described.folder.exists()


async def _says(demo: asyncio.subprocess.Process, words: str) -> str:
    """Read what the demo prints up to these words."""
    assert demo.stdout
    said = ""
    while words not in said:
        line = await demo.stdout.readline()
        if not line:
            assert demo.stderr
            pytest.fail(said + (await demo.stderr.read()).decode())
        said += line.decode()
    return said


@asynccontextmanager
async def _running(demo: Demo) -> AsyncGenerator[tuple[asyncio.subprocess.Process, str], None]:
    started = await demo.start()
    try:
        yield started, await _says(started, "Ctrl-C stops everything; the data stay")
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def test_a_port_in_use_is_named_in_one_sentence(demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", demo.ports.mailbox)):
        started = await demo.start()
        out, error = await started.communicate()
    assert started.returncode == 1
    assert out == b""
    [sentence] = error.decode().splitlines()
    assert f"Port {demo.ports.mailbox}, meant for the mailbox's web page, is in use" in sentence
    assert "DEMO_PORT_MAILBOX=" in sentence


async def test_stopped_while_it_starts_it_leaves_nothing_behind(demo: Demo) -> None:
    started = await demo.start()
    await _says(started, "postgres is ready")
    started.send_signal(signal.SIGINT)
    started.send_signal(signal.SIGINT)
    out, error = await started.communicate()
    assert (started.returncode, error) == (0, b"")
    assert out.decode().endswith("stopped\n")
    assert demo.has_left_nothing_running()


@pytest.mark.timeout(240)
async def test_killed_it_leaves_nothing_running_and_the_next_start_has_the_data(demo: Demo) -> None:
    async with _running(demo) as (first, said):
        assert "loading the sample capabilities" in said
        assert f"Site        http://127.0.0.1:{demo.ports.profiles}" in said
        assert f"Mailbox     http://127.0.0.1:{demo.ports.mailbox}" in said
        for service in (demo.ports.profiles, demo.ports.matcher, demo.ports.notifier):
            assert await says_yes(service, "/metrics")
        first.kill()
        await first.wait()
        assert await until(demo.has_left_nothing_running, within_s=15)
    async with _running(demo) as (second, said):
        assert "loading the sample capabilities" not in said
        assert await says_yes(demo.ports.profiles, "/")
        second.terminate()
        assert await second.wait() == 0
        assert demo.has_left_nothing_running()
