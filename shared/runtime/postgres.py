"""The pool of one service's database, and which of its errors pass by themselves."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from shared.contracts.delivery import UnavailableError

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import Pool, PoolConnectionProxy

    # asyncpg's classes are generic to the type checker only.
    Connection = PoolConnectionProxy[Record]
    Database = Pool[Record]
else:
    Connection = Database = object

PASSING_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,  # serialization failures and deadlocks
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
)
"""The database is away, full, read-only or contended: the same work may succeed later."""


def passes(error: BaseException) -> bool:
    """Whether an error passes by itself; a value that the database cannot take never does."""
    if isinstance(error, ValueError):
        return False
    return isinstance(error, (*PASSING_ERRORS, UnavailableError))


LONGEST_IDLE = "30s"
"""In a transaction: a frozen process lets go of its rows, so that another can take over."""


@asynccontextmanager
async def open_pool(dsn: str, *, most: int = 10) -> AsyncGenerator["Database", None]:
    """Open a pool whose sessions are in UTC and never wait for a lock for ever."""
    pool = await asyncpg.create_pool(
        dsn,
        min_size=0,  # a database that is away is waited for, by whoever needs it
        max_size=most,
        command_timeout=60,
        server_settings={
            "timezone": "UTC",
            "lock_timeout": "20s",
            "idle_in_transaction_session_timeout": LONGEST_IDLE,
        },
    )
    try:
        yield pool
    finally:
        await pool.close()
