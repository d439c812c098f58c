"""How long people wait: from `make demo` to the first proposal (`python -m benchmarks.first_mail`).

Everything runs as in the demo, in a new folder and on free ports, with the sample capabilities.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from deploy.embedded.ports import Ports
from deploy.embedded.reading import still_to_read
from deploy.embedded.stack import Stack
from tests.e2e.journey import Journey
from tests.e2e.paper_browser import PaperBrowser

NEEDS = 5


async def timed(work: Awaitable[object]) -> float:
    """The seconds that some work takes."""
    began = time.monotonic()
    await work
    return time.monotonic() - began


async def main() -> None:
    """Print a table of waiting times, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(folder=Path(folder), ports=Ports.free(), common={"PASSERELLE_UNDO_S": "0"})
        rows: dict[str, float] = {}
        rows["all services ready"] = await timed(stack.__aenter__())
        try:
            async with PaperBrowser.opened() as browser:
                journey = Journey(stack, browser)
                rows["240 sample capabilities published"] = await timed(journey.load_samples())
                rows["all of them read by the matcher"] = await timed(all_read(stack))
                waits = [await one_need(journey, number) for number in range(NEEDS)]
        finally:
            await stack.__aexit__(None, None, None)
            await stack.forget()
    rows["form sent → confirmation mail (median of 5)"] = statistics.median(w[0] for w in waits)
    rows["confirmed → three proposals (median of 5)"] = statistics.median(w[1] for w in waits)
    print("| step | seconds |\n| --- | --- |")
    for name, seconds in rows.items():
        print(f"| {name} | {seconds:.1f} |")


async def one_need(journey: Journey, number: int) -> tuple[float, float]:
    """Seconds from the form to the confirmation mail, and from the button to three proposals."""
    email = f"someone-{number}@example.org"
    await journey.deposit(email=email)
    to_mail = await timed(journey.stack.mailbox.wait_for(to=email))
    before = len(await journey.asked(0))
    await journey.confirm(email)
    return to_mail, await timed(journey.asked(before + 3))


async def all_read(stack: Stack) -> None:
    """Wait until the matcher says that nothing waits to be read."""
    seen = False
    while True:
        waiting = await asyncio.to_thread(still_to_read, stack.ports.matcher)
        if seen and waiting == 0:
            return
        seen = seen or bool(waiting)
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(main())
