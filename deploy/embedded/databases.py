"""The databases on a PostgreSQL server: each service its own, closed to the others."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg


async def create_service_database(
    admin_dsn: str, name: str, password: str, *, vector: bool = False
) -> str:
    """Create a role and the database that it alone may enter, where missing; return its DSN."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a name for a database: {name}")
    async with _connected(admin_dsn) as server:
        quoted = await server.fetchval("SELECT quote_literal($1)", password)
        if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await server.execute(f"CREATE ROLE {name} LOGIN")
        await server.execute(f"ALTER ROLE {name} PASSWORD {quoted}")
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await server.execute(f"CREATE DATABASE {name} OWNER {name}")
        await server.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    base = admin_dsn.rpartition("/")[0]
    if vector:
        async with _connected(f"{base}/{name}") as database:
            await database.execute("CREATE EXTENSION IF NOT EXISTS vector")
    return f"postgresql://{name}:{password}@{base.rpartition('@')[2]}/{name}"


async def drop_service_database(admin_dsn: str, name: str) -> None:
    """Remove a database and its role, whoever is connected."""
    async with _connected(admin_dsn) as server:
        await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await server.execute(f"DROP ROLE IF EXISTS {name}")


@asynccontextmanager
async def _connected(dsn: str) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]", None]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
