"""Passerelle on this computer: `make demo`, or `python -m deploy.embedded.demo`.

Ports: DEMO_PORT_PROFILES, _MATCHER, _NOTIFIER, _MAILBOX, _SMTP, _POSTGRES, _BROKER.
State: the folder DEMO_DIR (default .demo); `--forget` removes it.
"""

import asyncio
import hashlib
import os
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path

from deploy.embedded.ports import Ports
from deploy.embedded.processes import StartError
from deploy.embedded.reading import report_reading
from deploy.embedded.stack import SERVICES, Stack
from deploy.embedded.supervisor import Supervisor
from deploy.embedded.web_process import PROJECT

_SAMPLES = "data/capabilities.jsonl"
_MAY_BE_CHANGED = (
    "PASSERELLE_CLOCK_ORIGIN",
    "PASSERELLE_CLOCK_SPEED",
    "PASSERELLE_IN_DOUBT_WAIT_S",
    "PASSERELLE_LOG_LEVEL",
    "PASSERELLE_MAIL_HOURS",
    "PASSERELLE_REVIEW",
    "PASSERELLE_UNDO_S",
)


def main(arguments: list[str]) -> int:
    """Run the demo until it is stopped; the exit code."""
    try:
        stack = _stack()
        if arguments == ["--forget"]:
            asyncio.run(stack.forget())
            return 0
        asyncio.run(_until_stopped(_run(stack)))
    except StartError as failure:
        print(failure, file=sys.stderr)
        return 1
    stack.say("stopped")
    return 0


def _stack() -> Stack:
    environment = os.environ
    began = time.monotonic()
    return Stack(
        folder=Path(environment.get("DEMO_DIR", PROJECT / ".demo")),
        ports=Ports.from_environment(environment),
        common={name: environment[name] for name in _MAY_BE_CHANGED if name in environment},
        say=lambda line: print(f"[{time.monotonic() - began:6.1f} s] {line}", flush=True),
    )


async def _until_stopped(work: Coroutine[None, None, None]) -> None:
    """Do the work until it ends or someone stops it; what it started has ended then."""
    working = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not stopped:  # a second Ctrl-C must not interrupt the stopping
            stopped.append(True)
            working.cancel()

    stopped: list[bool] = []
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(ending, stop)
    try:
        await working
    except asyncio.CancelledError:
        if not stopped:
            raise


async def _run(stack: Stack) -> None:
    stack.ports.require_free()
    stack.say("starting; Ctrl-C stops everything")
    async with stack:
        try:
            await _load_samples(stack)
            print(_addresses(stack), flush=True)
            async with asyncio.TaskGroup() as together:
                together.create_task(report_reading(stack))
                together.create_task(Supervisor(stack).watch())
        finally:
            stack.say("stopping")


async def _load_samples(stack: Stack) -> None:
    """Load them, unless just these are in the database already."""
    content = hashlib.sha256((PROJECT / _SAMPLES).read_bytes()).hexdigest()
    mark = stack.database_folder / "samples-loaded"
    if mark.exists() and mark.read_text() == content:
        return
    stack.say("loading the sample capabilities, the first time only")
    if await stack.command("profiles", "load-samples", _SAMPLES):
        raise StartError(f"The samples in {_SAMPLES} could not be loaded.")
    mark.write_text(content)


def _addresses(stack: Stack) -> str:
    metrics = "\n".join(f"              {stack.url(service)}/metrics" for service in SERVICES)
    return f"""
  Passerelle is running.

  Site        {stack.url("profiles")}
  Mailbox     {stack.url("mailbox")}    (every mail arrives here)
  Metrics
{metrics}

  Logs        {stack.folder / "logs"}
  Ctrl-C stops everything; the data stay in {stack.folder}.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
