"""Child processes that never outlive the one that started them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_TETHER = Path(__file__).with_name("tether.py")
_POLL_S = 0.02
_LARGEST_LOG = 5_000_000


class StartError(Exception):
    """Something could not be started; the message is one sentence for whoever started it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this computer."""

    uid: int
    gid: int


@dataclass(slots=True)
class Process:
    """A program in its own process group, with its output in a log file (None: where ours goes).

    Start it from the main thread: the kernel ends it when the *thread* that started it ends.
    """

    name: str
    command: Sequence[str]
    log: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    folder: Path | None = None
    death_signal: signal.Signals = signal.SIGKILL
    _running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program; raise StartError when it runs already."""
        if self.is_running:
            raise StartError(f"{self.name} is running already.")
        user = f"{self.account.uid}:{self.account.gid}" if self.account else "-"
        tether = [sys.executable, "-IS", str(_TETHER), str(os.getpid())]
        with _opened(self.log) as log:
            self._running = subprocess.Popen(
                [*tether, str(int(self.death_signal)), user, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.environment),
                cwd=self.folder,
                process_group=0,
            )

    @property
    def is_running(self) -> bool:
        """Whether the program is alive."""
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        """The id of the program, which is also that of its group."""
        if self._running is None:
            raise StartError(f"{self.name} was never started.")
        return self._running.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended: None while it runs or before it started, -N when signal N ended it."""
        return None if self._running is None else self._running.poll()

    def send(self, what: signal.Signals) -> None:
        """Send a signal to the program and what it started; nothing when it has ended."""
        if self.is_running:
            os.killpg(self.pid, what)

    async def stop(self, what: signal.Signals = signal.SIGTERM, *, within_s: float = 5) -> None:
        """Ask the program to end; kill it when it has not within that time."""
        self.send(what)
        if not await until(lambda: not self.is_running, within_s=within_s):
            await self.kill()

    async def kill(self) -> None:
        """End the program at once (SIGKILL), and wait until it has gone."""
        self.send(signal.SIGKILL)
        await until(lambda: not self.is_running, within_s=5)

    def last_words(self, lines: int = 3) -> str:
        """The end of its log, for an error message."""
        if self.log is None or not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4096))
            written = log.read().decode(errors="replace").strip().splitlines()
        return " | ".join(written[-lines:])


@contextmanager
def _opened(log: Path | None) -> Generator[IO[bytes] | None, None, None]:
    """A log file to append to, started afresh when it has become large."""
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as file:
        yield file


async def until(
    holds: Callable[[], bool] | Callable[[], Awaitable[bool]],
    *,
    within_s: float,
    every_s: float = _POLL_S,
) -> bool:
    """Wait for a condition; False when it does not hold within that time."""
    deadline = time.monotonic() + within_s
    while True:
        now = holds()
        if now if isinstance(now, bool) else await now:
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every_s)


async def listens(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def says_yes(port: int, path: str) -> bool:
    """Whether a GET of this path on 127.0.0.1 is answered with 200."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except OSError:  # TimeoutError is one
        return False
    return status.split()[1:2] == [b"200"]
