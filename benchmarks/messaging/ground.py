"""What is measured on: embedded servers, durable; the same events for everything."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.databases import create_service_database, drop_service_database
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import EmbeddedPostgres
from shared.contracts.needs import NeedPublished
from shared.contracts.recorded import recorded
from shared.contracts.topics import Service
from shared.contracts.wire import Message, decode, encode
from shared.runtime.host import Host, open_host
from shared.runtime.outbox import headers_as_json
from shared.runtime.prepare import migrate, provision
from shared.runtime.settings import KafkaProfile, ServiceSettings

PAGE = 20_000
EFFECT = "create table effect (key text primary key, version bigint not null, title text not null)"


@dataclass
class Ground:
    """A server each; every measurement gets a database and a broker of its own."""

    folder: Path
    postgres: EmbeddedPostgres
    numbers: Iterator[int] = field(default_factory=count)

    @asynccontextmanager
    async def broker(self) -> AsyncGenerator[str, None]:
        """A new broker: what it costs grows with what it holds."""
        folder = self.folder / f"broker-{next(self.numbers)}"
        async with EmbeddedBroker(folder, free_ports(1)[0]) as broker:
            yield broker.bootstrap

    @asynccontextmanager
    async def host(self, service: Service, bootstrap: str) -> AsyncGenerator[Host, None]:
        """A service's runtime with an empty database."""
        name = f"bench_{next(self.numbers)}"
        dsn = await create_service_database(self.postgres.admin_dsn, name, "secret", vector=False)
        settings = ServiceSettings(
            database_url=dsn, kafka_bootstrap=bootstrap, kafka_profile=KafkaProfile.EMBEDDED
        )
        migrations = self.folder / "migrations"
        migrations.mkdir(exist_ok=True)
        (migrations / "0001_effect.sql").write_text(EFFECT)
        async with open_host(service, settings, migrations) as host:
            await migrate(host.pool, migrations)
            await provision(bootstrap, service)
            yield host
        await drop_service_database(self.postgres.admin_dsn, name)


@asynccontextmanager
async def a_ground(folder: Path) -> AsyncGenerator[Ground, None]:
    """A durable PostgreSQL in a folder."""
    postgres = EmbeddedPostgres(folder / "postgres", free_ports(1)[0], durable=True)
    await postgres.start()
    try:
        yield Ground(folder, postgres)
    finally:
        await postgres.forget()


def needs(name: str, keys: int = 500) -> Iterator[NeedPublished]:
    """The recorded need (about 1 kB), again and again, as versions of `keys` needs."""
    example = decode(recorded("need.published.v1"))
    if not isinstance(example, NeedPublished):
        raise TypeError(example)
    for number in count():
        changed = {
            "id": uuid5(NAMESPACE_URL, f"{name}/{number}"),
            "need_id": uuid5(NAMESPACE_URL, f"need/{number % keys}"),
            "version": number // keys + 1,
        }
        yield example.model_copy(update=changed)


def events(name: str, wanted: int) -> Iterator[Message]:
    """So many events, as they travel, one after another."""
    return map(encode, islice(needs(name), wanted))


def messages(name: str, wanted: int) -> list[Message]:
    """The same at once."""
    return list(events(name, wanted))


def bytes_of(message: Message) -> int:
    """Key, value and headers."""
    headers = sum(len(name) + len(value or b"") for name, value in message.headers)
    return len(message.key) + len(message.value or b"") + headers


async def fill(host: Host, told: Iterable[Message]) -> None:
    """Put messages into the outbox, in bulk."""
    columns = ["event_id", "topic", "key", "headers", "value"]
    async with host.pool.acquire() as connection:
        rows = ((event_id(m), m.topic, m.key, headers_as_json(m.headers), m.value) for m in told)
        while page := list(islice(rows, PAGE)):
            await connection.copy_records_to_table("outbox", records=page, columns=columns)
        await connection.execute("analyze outbox")


def event_id(message: Message) -> UUID:
    """The id that a message carries."""
    return UUID((dict(message.headers)["ce_id"] or b"").decode())


async def until(holds: Callable[[], bool], within_s: float = 120) -> None:
    """Wait for a condition, looking often."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110  # what it waits for has no event
            await asyncio.sleep(0.01)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all stay under or at."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
