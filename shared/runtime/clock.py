"""The time, which a demo may run faster; one origin makes all processes agree."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)  # noqa: TID251  # the one clock that the others are made of


def make_clock(*, speed: float = 1.0, origin: datetime | None = None) -> Clock:
    """A clock that runs `speed` times as fast since `origin` (aware)."""
    if origin is None or speed == 1.0:
        return utc_now
    start = origin
    return lambda: start + (utc_now() - start) * speed
