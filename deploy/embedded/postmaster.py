"""What a PostgreSQL server leaves beside its data: the trace of its process, or the process."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.processes import until

_READY_LINE = 7


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What a server says about itself in `postmaster.pid`."""

    pid: int
    is_ready: bool
    """Whether it accepts connections."""


def postmaster(data: Path) -> Postmaster | None:
    """The server of these data: running, or dead without having said so."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].isdecimal():
        return None
    is_ready = len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"
    return Postmaster(int(lines[0]), is_ready)


async def stop_leftover(data: Path) -> None:
    """Stop a server that an earlier run left on these data, or clear the trace of a dead one."""
    left = postmaster(data)
    if left is None:
        return
    for ending in (signal.SIGINT, signal.SIGKILL):
        if _serves(left.pid, data):
            os.kill(left.pid, ending)
            await until(lambda: not _serves(left.pid, data), within_s=10)
    # Its number may be that of another program by now, which would block the start.
    (data / "postmaster.pid").unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Whether this process is a server on these data."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        ps = ["ps", "-o", "command=", "-p", str(pid)]
        command = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
    return "postgres" in command and str(data) in command
