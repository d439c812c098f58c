"""Whether a part gets on: one that neither does nor fails is cancelled and started anew."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

LOOKS, GIVE_UP_AFTER = 10, 3.0


class StuckError(Exception):
    """A part neither got on nor failed for too long."""


@dataclass
class Progress:
    """When a part last got on, or failed so that everybody sees it."""

    patience_s: float
    clock: Callable[[], float] = monotonic
    _last: float = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._last = self._began = self.clock()

    def beat(self) -> None:
        """The part got on, or has nothing to do."""
        self._last = self.clock()

    def begin(self) -> None:
        """The part has begun something, which deserves patience but is no progress yet."""
        self._began = self.clock()

    @property
    def is_late(self) -> bool:
        """Whether the part should be started anew."""
        return self.clock() - max(self._last, self._began) > self.patience_s

    @property
    def is_hopeless(self) -> bool:
        """Whether starting anew did not help: the process should be."""
        return self.clock() - self._last > self.patience_s * GIVE_UP_AFTER


async def watched(run: Callable[[], Awaitable[None]], progress: Progress) -> None:
    """Run a part.

    Raises:
        StuckError: It did not get on, and was cancelled.
    """
    progress.begin()
    task = asyncio.ensure_future(run())
    try:
        while not (await asyncio.wait({task}, timeout=progress.patience_s / LOOKS))[0]:
            if progress.is_late:
                raise StuckError
        progress.beat()  # what ends, well or badly, is not stuck
        task.result()
    finally:
        task.cancel()
        await asyncio.wait({task})
