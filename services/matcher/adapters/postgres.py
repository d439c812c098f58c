"""Desks on PostgreSQL: one transaction each."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.matcher.adapters.postgres_agenda import PostgresAgenda
from services.matcher.adapters.postgres_allocation import PostgresAllocation
from services.matcher.adapters.postgres_facts import PostgresFacts
from services.matcher.adapters.postgres_readings import PostgresReadings
from services.matcher.adapters.postgres_representations import PostgresLibrary, PostgresWaiting
from services.matcher.application.store_ports import Begin, Desk
from shared.runtime.outbox import PostgresOutbox

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database


def desk_on(connection: "Connection") -> Desk:
    """A desk in the transaction that `connection` is in."""
    return Desk(
        facts=PostgresFacts(connection),
        agenda=PostgresAgenda(connection),
        waiting=PostgresWaiting(connection),
        library=PostgresLibrary(connection),
        allocation=PostgresAllocation(connection),
        readings=PostgresReadings(connection),
        outbox=PostgresOutbox(connection),
    )


def transactions(pool: "Database") -> Begin:
    """Opens transactions of its own."""

    @asynccontextmanager
    async def begin() -> AsyncGenerator[Desk, None]:
        async with pool.acquire() as connection, connection.transaction():
            yield desk_on(connection)

    return begin
