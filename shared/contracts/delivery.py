"""What a use case may ask of the log, and the ways in which a message can fail."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from shared.contracts.event import Event, Tombstone

Clock = Callable[[], datetime]


class RejectedError(Exception):
    """Trying again cannot help: the message becomes a dead letter with this reason."""


class UnavailableError(Exception):
    """Something is down for now: the same message is tried again later, in order."""


class UnknownYetError(Exception):
    """The event names something not heard of yet: it is kept and applied when that arrives."""

    def __init__(self, key: str) -> None:
        """Say which key of another topic the event waits for."""
        super().__init__(f"not heard of yet: {key}")
        self.key = key


class Outbox(Protocol):
    """Where events are put, in the transaction of the work that caused them."""

    async def put(self, event: Event | Tombstone) -> None:
        """Tell an event once; telling the same id again changes nothing.

        Raises:
            RejectedError: It is too large for the log.
        """
        ...
