"""Each service does the same with an event of a newer writer, and takes one of an older writer."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from pydantic import SecretStr

from deploy.embedded.databases import create_service_database, drop_service_database
from deploy.embedded.postgres import EmbeddedPostgres
from services.matcher.adapters.postgres import desk_on
from services.matcher.app import MIGRATIONS as MATCHER
from services.matcher.consumer import Consumer
from services.notifier.app import MIGRATIONS as NOTIFIER
from services.notifier.app import Wiring
from services.notifier.settings import NotifierSettings
from services.profiles.adapters.postgres import on_connection
from services.profiles.app import MIGRATIONS as PROFILES
from services.profiles.consumer import applying
from shared.contracts.topics import EVENTS, TOPIC_OF, Service
from shared.contracts.wire import Message
from shared.runtime.consumer import Apply, BatchConsumer
from shared.runtime.host import Host, open_host
from shared.runtime.prepare import migrate
from shared.runtime.settings import ServiceSettings
from tests.support.builders_events import A_MOMENT
from tests.support.builders_matching import RULES
from tests.support.records import record_of
from tests.support.releases import as_newer, as_older, as_recorded

pytestmark = pytest.mark.timeout(60)
FOLDERS = {Service.PROFILES: PROFILES, Service.MATCHER: MATCHER, Service.NOTIFIER: NOTIFIER}
LATE = ("need.closed.v1", "capability.paused.v1", "capability.retired.v1")
ORDER = [name for name in EVENTS if name not in LATE] + list(LATE)
TABLES = """
select table_name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('migration')
order by 1
"""
OWN = ("id", "at", "created_at", "heard_at", "parked_at", "first_seen", "headers")
TIMES = ("marked_at", "tried_at", "erased_at", "created_at")  # by the database's clock
Write = Callable[[str], Message]


def applied_by(host: Host) -> Apply:
    match host.service:
        case Service.PROFILES:
            return applying(on_connection)
        case Service.MATCHER:
            return Consumer(desk_on, RULES, "1")
        case Service.NOTIFIER:
            return Wiring(
                NotifierSettings.model_construct(**notifier_settings(host)), host
            ).hearing()


def notifier_settings(host: Host) -> dict[str, Any]:
    keys = ("a key that is long enough for a test of this kind",)
    return {**host.settings.model_dump(), "link_keys": keys, "smtp_password": SecretStr("")}


@asynccontextmanager
async def a_service(
    postgres: EmbeddedPostgres, service: Service, name: str
) -> AsyncGenerator[Host, None]:
    dsn = await create_service_database(postgres.admin_dsn, name, "secret", vector=True)
    async with open_host(service, ServiceSettings(database_url=dsn), FOLDERS[service]) as host:
        host.clock = lambda: A_MOMENT
        await migrate(host.pool, FOLDERS[service])
        yield host
    await drop_service_database(postgres.admin_dsn, name)


def records(messages: Iterable[Message]) -> list[ConsumerRecord]:
    return [record_of(message, offset=number) for number, message in enumerate(messages)]


async def state_after(
    postgres: EmbeddedPostgres, service: Service, write: Write
) -> dict[str, list[str]]:
    """All that a service keeps after it heard every event that it reads, written in some way."""
    name = f"evolution_{service}_{write.__name__}"
    async with a_service(postgres, service, name) as host:
        heard = [write(name) for name in ORDER if service in TOPIC_OF[name].readers]
        consume = BatchConsumer(
            service, host.pool, applied_by(host), host.metrics, host.failpoint, host.progress()
        )
        for record in records(heard):
            await consume([record])
        assert await host.pool.fetchval("select count(*) from inbox") == len(heard)
        tables = [row["table_name"] for row in await host.pool.fetch(TABLES)]
        return {table: await _rows(host, table) for table in tables}


async def _rows(host: Host, table: str) -> list[str]:
    left_out = OWN if table in ("inbox", "outbox", "parked", "dead_letter") else TIMES
    rows = await host.pool.fetch(
        f"select (to_jsonb(t) - $1::text[])::text as row from {table} t order by 1", list(left_out)
    )
    return [row["row"] for row in rows]


@pytest.mark.parametrize("service", Service)
async def test_a_service_does_the_same_whether_the_writer_is_of_its_release_or_newer(
    postgres: EmbeddedPostgres, service: Service
) -> None:
    today = await state_after(postgres, service, as_recorded)
    newer = await state_after(postgres, service, as_newer)
    assert today["dead_letter"] == []
    parked: dict[str, list[str]] = {"parked": []}  # keeps the bytes as they came
    assert newer | parked == today | parked
    assert len(newer["parked"]) == len(today["parked"])


@pytest.mark.parametrize("service", Service)
async def test_a_service_takes_all_events_of_an_older_writer(
    postgres: EmbeddedPostgres, service: Service
) -> None:
    today = await state_after(postgres, service, as_recorded)
    older = await state_after(postgres, service, as_older)
    assert older["dead_letter"] == []
    assert {name: len(rows) for name, rows in older.items()} == {
        name: len(rows) for name, rows in today.items()
    }
