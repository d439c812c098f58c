"""Transactions on PostgreSQL: what use cases change together, and what they only look at."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from asyncpg import ReadOnlySQLTransactionError

from services.profiles.adapters.declarations import PostgresCapabilities, PostgresNeeds
from services.profiles.adapters.parties import PostgresParties
from services.profiles.adapters.proposals import PostgresProposals, PostgresWatch
from services.profiles.adapters.readings import (
    PostgresFacilitation,
    PostgresFacilitators,
    PostgresReadings,
)
from services.profiles.application.ports import Begin, Transaction
from shared.contracts.delivery import UnavailableError
from shared.contracts.event import Event, Tombstone
from shared.runtime.erasure import Ledger
from shared.runtime.outbox import PostgresOutbox
from shared.runtime.postgres import PASSING_ERRORS

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database

PATIENCE_S = 5
# Where nothing may be written, to try is a defect of ours, which never passes.
PASSING_FOR_READERS = tuple(e for e in PASSING_ERRORS if e is not ReadOnlySQLTransactionError)


class PostgresLog:
    """The outbox, which knows what was erased."""

    def __init__(self, connection: "Connection") -> None:
        """Write in the transaction that `connection` is in."""
        self._connection = connection
        self._outbox = PostgresOutbox(connection)

    async def put(self, event: Event | Tombstone) -> None:
        """Tell an event once."""
        await self._outbox.put(event)

    async def has_erased(self, key: UUID) -> bool:
        """Whether a need, capability or party with this id was erased."""
        return await Ledger(self._connection).has(str(key))


def on_connection(connection: "Connection", *, writes: bool = True) -> Transaction:
    """The ports, in the transaction that a connection is in."""
    lock = "for update" if writes else ""
    return Transaction(
        parties=PostgresParties(connection, lock=lock),
        needs=PostgresNeeds(connection, lock=lock),
        capabilities=PostgresCapabilities(connection, lock=lock),
        proposals=PostgresProposals(connection),
        watch=PostgresWatch(connection),
        readings=PostgresReadings(connection),
        facilitators=PostgresFacilitators(connection),
        facilitation=PostgresFacilitation(connection),
        outbox=PostgresLog(connection),
    )


def writing(pool: "Database", committed: Callable[[], None]) -> Begin:
    """Transactions that write; `committed` is called after each."""

    @asynccontextmanager
    async def begin() -> AsyncGenerator[Transaction, None]:
        async with _connected(pool) as connection, connection.transaction():
            yield on_connection(connection)
        committed()

    return begin


def looking(pool: "Database") -> Begin:
    """Transactions in which PostgreSQL refuses to write."""

    @asynccontextmanager
    async def look() -> AsyncGenerator[Transaction, None]:
        async with (
            _connected(pool, passing=PASSING_FOR_READERS) as connection,
            connection.transaction(readonly=True),
        ):
            yield on_connection(connection, writes=False)

    return look


@asynccontextmanager
async def _connected(
    pool: "Database", passing: tuple[type[Exception], ...] = PASSING_ERRORS
) -> AsyncGenerator["Connection", None]:
    try:
        async with pool.acquire(timeout=PATIENCE_S) as connection:
            yield connection
    except passing as away:
        raise UnavailableError("the database") from away
