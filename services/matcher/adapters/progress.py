"""Telling someone who waits how far the embedding is."""

from time import monotonic
from typing import TextIO


class Progress:
    """Shows how many texts are embedded, how fast, and how long the rest takes."""

    def __init__(self, stream: TextIO, *, every_s: float = 1.0) -> None:
        """Show on a stream, at most once in `every_s`; on a terminal in one line."""
        self._stream = stream
        self._every_s = every_s
        self._in_place = stream.isatty()
        self._started_at = self._shown_at = monotonic()

    def __call__(self, done: int, total: int) -> None:
        """So many texts are done, of so many."""
        now = monotonic()
        if done < total and now - self._shown_at < self._every_s:
            return
        self._shown_at = now
        rate = done / max(now - self._started_at, 1e-9)
        left_s = (total - done) / rate
        line = f"{done}/{total} texts embedded, {rate:.0f} a second, {left_s:.0f} s left"
        end = "\n" if done == total or not self._in_place else ""
        start = "\r\033[K" if self._in_place else ""
        self._stream.write(f"{start}{line}{end}")
        self._stream.flush()
        if done == total:
            self._started_at = now
