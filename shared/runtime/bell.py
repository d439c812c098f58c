"""Waking the parts of a process when something was committed; a poll stands behind it."""

import asyncio
from contextlib import suppress


class Bell:
    """Wakes the parts of this process when something was committed; a poll stands behind it."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._listeners: list[asyncio.Event] = []

    def listener(self) -> asyncio.Event:
        """An event that each ring sets; its owner clears it before looking for work."""
        event = asyncio.Event()
        self._listeners.append(event)
        return event

    def ring(self) -> None:
        """Wake all listeners."""
        for event in self._listeners:
            event.set()


async def rest(woken: asyncio.Event, *, at_most_s: float) -> None:
    """Wait for the bell, or for so long."""
    # Not wait_for: before Python 3.12 it can swallow a cancellation, and the part never ends.
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await woken.wait()
