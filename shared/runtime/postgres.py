"""The pool of one service's database, and which of its errors pass by themselves."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

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
)
"""The database is away, full or contended: the same work may succeed later."""


@asynccontextmanager
async def open_pool(dsn: str, *, most: int = 10) -> AsyncGenerator["Database", None]:
    """Open a pool whose sessions are in UTC and never wait for a lock for ever."""
    pool = await asyncpg.create_pool(
        dsn,
        min_size=0,  # a database that is away is waited for, by whoever needs it
        max_size=most,
        command_timeout=60,
        server_settings={"timezone": "UTC", "lock_timeout": "20s"},
    )
    try:
        yield pool
    finally:
        await pool.close()
