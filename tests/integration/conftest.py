"""Real servers for the tests: PostgreSQL (one a worker), brokers (one a module), a mailbox."""

import itertools
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.databases import create_service_database, drop_service_database
from deploy.embedded.mailbox import Mailbox
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import EmbeddedPostgres
from shared.runtime.postgres import Connection, open_pool
from shared.runtime.prepare import migrate

_numbers = itertools.count(1)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[EmbeddedPostgres]:
    """A PostgreSQL server."""
    folder = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(folder, free_ports(1)[0], durable=False)
    await server.start()
    yield server
    await server.forget()


@pytest.fixture
async def database_dsn(postgres: EmbeddedPostgres) -> AsyncGenerator[str]:
    """A new, empty database with the vector extension, owned by the role that the DSN names."""
    name = f"test_{next(_numbers)}"
    yield await create_service_database(postgres.admin_dsn, name, "secret", vector=True)
    await drop_service_database(postgres.admin_dsn, name)


@pytest.fixture
async def connection(database_dsn: str, tmp_path: Path) -> AsyncGenerator[Connection]:
    """A connection to a database that has the runtime's own tables."""
    async with open_pool(database_dsn) as pool:
        await migrate(pool, tmp_path)
        async with pool.acquire() as one:
            yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_database_dsn(postgres: EmbeddedPostgres) -> AsyncGenerator[str]:
    """The same, shared by the tests of a module."""
    name = f"test_{next(_numbers)}"
    yield await create_service_database(postgres.admin_dsn, name, "secret", vector=True)
    await drop_service_database(postgres.admin_dsn, name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """The address of a new broker without topics, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("broker")
    async with EmbeddedBroker(folder, free_ports(1)[0]) as broker:
        yield broker.bootstrap


@pytest.fixture
async def new_bootstrap(tmp_path: Path) -> AsyncGenerator[str]:
    """The address of a new broker that this test has for itself."""
    async with EmbeddedBroker(tmp_path / "broker", free_ports(1)[0]) as broker:
        yield broker.bootstrap


@pytest.fixture(autouse=True)
def kafka_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which timings and guarantees hold: those of the embedded broker."""
    monkeypatch.setenv("PASSERELLE_KAFKA_PROFILE", "embedded")


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncGenerator[Mailbox]:
    """A mailbox (SMTP without TLS) that is empty and may be told to fail."""
    async with Mailbox(tmp_path / "mails", may_fail=True) as opened:
        yield opened
