"""One node of Apache Kafka for all tests, swept before each; KAFKA_BOOTSTRAP names another one."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.embedded.databases import create_service_database, drop_service_database
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import EmbeddedPostgres
from tests.integration.conftest import database_dsn, postgres
from tests.kafka.topics import named, ours, sweep
from tests.support.apache_kafka.broker import ApacheKafka
from tests.support.apache_kafka.jars import missing

__all__ = ["database_dsn", "postgres"]
GIVEN = os.environ.get("KAFKA_BOOTSTRAP", "")
ON_ANY_CLUSTER = {"test_consumer.py", "test_journey.py", "test_limits.py", "test_relay.py"}
_here = {file.name for file in Path(__file__).parent.glob("test_*.py")}
if GIVEN:
    collect_ignore = sorted(_here - ON_ANY_CLUSTER)
elif missing():
    collect_ignore = sorted(_here)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """The address of the cluster; one that is given must not have topics of ours yet."""
    if GIVEN:
        async with named(GIVEN) as admin:
            assert not await ours(admin), "these tests delete what is there: use another cluster"
        yield GIVEN
        await sweep(GIVEN)
    else:
        async with ApacheKafka(tmp_path_factory.mktemp("kafka"), free_ports(1)[0]) as node:
            yield node.bootstrap


@pytest.fixture
async def bootstrap(kafka: str) -> str:
    """The same without topics, hence without what groups had read of them."""
    await sweep(kafka)
    return kafka


@pytest.fixture
def new_bootstrap(bootstrap: str) -> str:
    """What another broker has, one without topics has too."""
    return bootstrap


@pytest.fixture
async def reader_dsn(postgres: EmbeddedPostgres) -> AsyncGenerator[str]:
    """A second new database, for the service that reads."""
    yield await create_service_database(postgres.admin_dsn, "reader", "secret", vector=False)
    await drop_service_database(postgres.admin_dsn, "reader")


@pytest.fixture(autouse=True)
def kafka_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which timings and guarantees hold: those of Kafka."""
    monkeypatch.setenv("PASSERELLE_KAFKA_PROFILE", "kafka")
