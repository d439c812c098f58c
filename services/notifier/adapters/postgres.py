"""Transactions: one begins, all that is done in it is done together."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from services.notifier.adapters.postgres_mails import MEASURES, PostgresDeliveries, PostgresQueue
from services.notifier.adapters.postgres_proposals import (
    PostgresProposals,
    PostgresProposalSearch,
)
from services.notifier.adapters.postgres_world import (
    PostgresCapabilities,
    PostgresNeeds,
    PostgresParties,
)
from services.notifier.application.ports import Begin, Work
from shared.runtime.outbox import PostgresOutbox

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database


def work_on(connection: "Connection") -> Work:
    """The work that can be done in the transaction that `connection` is in."""
    return Work(
        parties=PostgresParties(connection),
        needs=PostgresNeeds(connection),
        capabilities=PostgresCapabilities(connection),
        proposals=PostgresProposals(connection),
        search=PostgresProposalSearch(connection),
        deliveries=PostgresDeliveries(connection),
        queue=PostgresQueue(connection),
        outbox=PostgresOutbox(connection),
    )


def transactions(pool: "Database", *, read_only: bool = False) -> Begin:
    """What begins transactions; read-only ones cannot change anything, whatever runs in them."""

    @asynccontextmanager
    async def begin() -> AsyncGenerator[Work, None]:
        async with pool.acquire() as connection, connection.transaction(readonly=read_only):
            yield work_on(connection)

    return begin


def measure(pool: "Database") -> Callable[[datetime], Awaitable[tuple[float, int]]]:
    """What tells how late the latest mail is (s), and how many may have arrived twice."""

    async def ask(now: datetime) -> tuple[float, int]:
        row = await pool.fetchrow(MEASURES, now)
        return (row["oldest_due_s"], row["possible_duplicates"]) if row else (0.0, 0)

    return ask
