"""The same running system and people as in the journeys, and the same servers as elsewhere."""

import itertools
from collections.abc import AsyncGenerator

import pytest

from deploy.embedded.databases import create_service_database, drop_service_database
from deploy.embedded.postgres import EmbeddedPostgres
from tests.e2e.conftest import journey, stack
from tests.integration.conftest import (
    database_dsn,
    kafka_profile,
    new_bootstrap,
    postgres,
)

__all__ = [
    "database_dsn",
    "journey",
    "kafka_profile",
    "new_bootstrap",
    "postgres",
    "stack",
]
_numbers = itertools.count(1)


@pytest.fixture
async def reader_dsn(postgres: EmbeddedPostgres) -> AsyncGenerator[str]:
    """A second new database, for the service that reads."""
    name = f"reader_{next(_numbers)}"
    yield await create_service_database(postgres.admin_dsn, name, "secret", vector=False)
    await drop_service_database(postgres.admin_dsn, name)
