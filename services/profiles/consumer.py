"""What the log says goes to its use case."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from services.profiles.application.ports import Transaction
from services.profiles.application.record_progress import record_progress
from shared.contracts.event import Event, Tombstone
from shared.runtime.consumer import Apply

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection


def applying(transaction_on: Callable[["Connection"], Transaction]) -> Apply:
    """Note what an event says, in the transaction of its batch."""

    async def apply(event: Event | Tombstone, connection: "Connection") -> None:
        await record_progress(event, transaction_on(connection))

    return apply
