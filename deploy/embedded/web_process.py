"""A Python program of ours that serves HTTP, and says there when it is ready."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.processes import Process, StartError, says_yes, until

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ready:
    """Where it answers 200 when it can work, and how long that may take."""

    port: int
    path: str = "/"
    within_s: float = 120


@dataclass(slots=True)
class WebProcess:
    """A service, or the mailbox."""

    process: Process
    ready: Ready

    @property
    def is_running(self) -> bool:
        """Whether the program is alive, ready or not."""
        return self.process.is_running

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self.process.pid

    async def start(self) -> None:
        """Start, and wait until it is ready."""
        self.process.start()
        await self.until_ready()

    async def until_ready(self) -> None:
        """Wait until it says that it can work."""

        async def is_ready_or_ended() -> bool:
            return not self.is_running or await says_yes(self.ready.port, self.ready.path)

        name, within_s = self.process.name, self.ready.within_s
        in_time = await until(is_ready_or_ended, within_s=within_s, every_s=0.1)
        if not self.is_running:
            raise StartError(f"{name} ended while starting: {self._last_words()}")
        if not in_time:
            raise StartError(f"{name} is not ready after {within_s:.0f} s: {self._last_words()}")

    async def stop(self) -> None:
        """Let it end what it is doing, and wait until it has gone."""
        await self.process.stop(within_s=8)

    async def kill(self) -> None:
        """End it at once."""
        await self.process.kill()

    def _last_words(self) -> str:
        return f"{self.process.last_words()} ({self.process.log})"


def python_process(name: str, module: Sequence[str], log: Path, ready: Ready) -> WebProcess:
    """A module of the project as a process, `module` being its name and its arguments."""
    process = Process(
        name=name,
        command=[sys.executable, "-m", *module],
        log=log,
        environment=os.environ,
        folder=PROJECT,
    )
    return WebProcess(process, ready)
