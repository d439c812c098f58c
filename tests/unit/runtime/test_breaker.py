"""Bugs in a row, or a share of a window, open the breaker; one event that works closes it."""

from dataclasses import dataclass

import pytest

from shared.runtime.breaker import Breaker, Outcome

APPLIED, BUG, DEAD = Outcome.APPLIED, Outcome.BUG, Outcome.DEAD


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("history", "opens"),
    [
        ([BUG] * 4, False),
        ([BUG] * 5, True),
        ([BUG] * 4 + [APPLIED] + [BUG] * 4, False),
        ([BUG] * 4 + [Outcome.DUPLICATE, BUG], True),
        (([BUG] + [APPLIED] * 4) * 20, False),
        (([BUG] + [APPLIED] * 3) * 25, True),
        (([BUG] + [APPLIED] * 3) * 24, False),
        ([DEAD] * 999, False),
        ([DEAD] * 1000, True),
        ([DEAD, APPLIED] * 500, True),
        (([DEAD] * 2 + [APPLIED] * 3) * 200, False),
    ],
)
def test_it_opens_when(history: list[Outcome], *, opens: bool) -> None:
    breaker = Breaker()
    for outcome in history:
        breaker.note(outcome)
    assert breaker.is_open is opens


def test_after_a_pause_one_event_decides() -> None:
    clock = Clock()
    breaker = Breaker(pause_s=30, clock=clock)
    for _ in range(5):
        breaker.note(BUG)
    waits = [breaker.wait_s]
    clock.now = 30
    waits.append(breaker.wait_s)
    breaker.note(BUG)
    waits.append(breaker.wait_s)
    assert waits == [30, 0, 30]
    breaker.note(APPLIED)
    assert (breaker.is_open, breaker.wait_s) == (False, 0)
    for _ in range(4):
        breaker.note(BUG)
    assert not breaker.is_open
