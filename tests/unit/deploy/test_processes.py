"""Child processes that never outlive the one that started them."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.embedded.processes import Process, StartError, until

_PRINT_AND_WAIT = "import time; print('hello', flush=True); time.sleep(60)"
_DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_PRINT_AND_WAIT}"


def a_process(tmp_path: Path, program: str = _PRINT_AND_WAIT) -> Process:
    return Process("child", [sys.executable, "-c", program], tmp_path / "child.log")


async def _has_written(process: Process) -> bool:
    return await until(lambda: process.last_words() != "", within_s=10)


async def test_a_process_writes_to_its_log_and_stops_when_asked(tmp_path: Path) -> None:
    process = a_process(tmp_path)
    process.start()
    assert await _has_written(process)
    await process.stop()
    assert process.last_words() == "hello"
    assert process.exit_code == -signal.SIGTERM


async def test_a_process_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    process = a_process(tmp_path, _DEAF)
    process.start()
    assert await _has_written(process)
    await process.stop(within_s=0.1)
    assert process.exit_code == -signal.SIGKILL


async def test_a_process_cannot_be_started_twice(tmp_path: Path) -> None:
    process = a_process(tmp_path)
    process.start()
    with pytest.raises(StartError, match="running already"):
        process.start()
    await process.kill()


async def test_stopping_what_never_started_does_nothing(tmp_path: Path) -> None:
    process = a_process(tmp_path)
    await process.stop()
    assert process.exit_code is None


async def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    process = a_process(tmp_path, "print('new')")
    process.log = tmp_path / "child.log"
    process.log.write_bytes(b"x" * 5_000_001)
    process.start()
    assert await until(lambda: not process.is_running, within_s=10)
    assert process.last_words() == "new"
    assert (tmp_path / "child.log.1").stat().st_size == 5_000_001


async def test_a_process_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import time\n"
        "from pathlib import Path\n"
        "from deploy.embedded.processes import Process\n"
        f"log = Path({str(tmp_path)!r}) / 'child.log'\n"
        f"child = Process('child', [{sys.executable!r}, '-c', {_PRINT_AND_WAIT!r}], log)\n"
        "child.start()\n"
        "log.with_name('pid').write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(  # noqa: ASYNC220  (it is only waited for once killed)
        [sys.executable, "-c", program]
    )
    log = tmp_path / "child.log"
    assert await until(lambda: log.exists() and log.read_text() == "hello\n", within_s=10)
    child = int((tmp_path / "pid").read_text())
    parent.kill()
    assert await until(lambda: parent.poll() is not None, within_s=5)
    assert await until(lambda: not _is_alive(child), within_s=5)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_waiting_gives_up_in_time() -> None:
    began = time.monotonic()
    assert not await until(lambda: False, within_s=0.05)
    assert time.monotonic() - began < 1
