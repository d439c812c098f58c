"""Stopping before a faulty release turns a whole topic into dead letters."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic

PAUSE_S = 30.0
BUGS_IN_A_ROW = 5
BUG_WINDOW, BUG_SHARE = 100, 0.25
REFUSED_WINDOW, REFUSED_SHARE = 1000, 0.5


class Outcome(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    ERASED = "erased"
    """It told of what was erased, and changed nothing."""
    DEAD = "dead"
    """The message is of no use."""
    BUG = "bug"
    """Our code fails on it."""


@dataclass
class Breaker:
    """Opens after too many dead letters; after a pause one event may show that it can close.

    Messages that are of no use count apart: only a flood of them opens it.
    """

    pause_s: float = field(default_factory=lambda: PAUSE_S)
    clock: Callable[[], float] = monotonic
    _in_a_row: int = 0
    _bugs: deque[bool] = field(default_factory=lambda: deque(maxlen=BUG_WINDOW))
    _refused: deque[bool] = field(default_factory=lambda: deque(maxlen=REFUSED_WINDOW))
    _until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether reading should stop."""
        return self._until is not None

    @property
    def wait_s(self) -> float:
        """How long until one event may be tried."""
        return 0.0 if self._until is None else max(0.0, self._until - self.clock())

    def note(self, outcome: Outcome) -> None:
        """Count what became of an event; while open, this was the one tried."""
        if outcome in (Outcome.DUPLICATE, Outcome.ERASED):  # says nothing about the code
            return
        bad = outcome in (Outcome.BUG, Outcome.DEAD)
        if self.is_open and bad:
            self._until = self.clock() + self.pause_s
            return
        if self.is_open:
            self._close()
        self._in_a_row = self._in_a_row + 1 if outcome is Outcome.BUG else 0
        self._bugs.append(outcome is Outcome.BUG)
        self._refused.append(outcome is Outcome.DEAD)
        if self._in_a_row >= BUGS_IN_A_ROW or self._too_many():
            self._until = self.clock() + self.pause_s

    def _too_many(self) -> bool:
        return _share(self._bugs) >= BUG_SHARE or _share(self._refused) >= REFUSED_SHARE

    def _close(self) -> None:
        self._until, self._in_a_row = None, 0
        self._bugs.clear()
        self._refused.clear()


def _share(window: deque[bool]) -> float:
    """The share of a full window; nothing is said before."""
    return sum(window) / len(window) if len(window) == window.maxlen else 0.0
