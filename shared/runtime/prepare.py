"""What must be there before work starts: tables and topics; safe to run twice and at once."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.contracts.topics import (
    COMPACTION_LAG_DAYS,
    LOG_RETENTION_DAYS,
    PARTITIONS,
    TOMBSTONE_DAYS,
    Service,
    Topic,
    dead_letters_of,
    read_by,
    written_by,
)
from shared.runtime.access import Access

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database

logger = logging.getLogger(__name__)
OWN_TABLES = Path(__file__).with_name("schema.sql")
LOCK = 0x70617373  # one migration at a time
DAY_MS = 24 * 3600 * 1000


async def migrate(pool: "Database", folder: Path) -> list[str]:
    """Apply the numbered files of `folder` that were not applied yet; returns their names."""
    async with pool.acquire() as connection:
        await connection.execute("select pg_advisory_lock($1)", LOCK, timeout=120)
        try:
            return await _apply(connection, _numbered(folder))
        finally:
            await connection.execute("select pg_advisory_unlock($1)", LOCK)


def _numbered(folder: Path) -> list[Path]:
    # Sorted on our side: a folder has no order of its own.
    return sorted(folder.glob("[0-9]*.sql"), key=lambda file: file.name)


async def _apply(connection: "Connection", files: Iterable[Path]) -> list[str]:
    await connection.execute(OWN_TABLES.read_text("utf-8"))
    await connection.execute(
        "create table if not exists migration"
        " (name text primary key, applied_at timestamptz not null default clock_timestamp())"
    )
    done = {row["name"] for row in await connection.fetch("select name from migration")}
    applied = []
    for file in files:
        if file.name in done:
            continue
        async with connection.transaction():
            await connection.execute(file.read_text("utf-8"))
            await connection.execute("insert into migration (name) values ($1)", file.name)
        applied.append(file.name)
        logger.info("migration applied", extra={"migration": file.name})
    return applied


async def provision(
    bootstrap: str, service: Service, access: Access | None = None
) -> dict[str, int]:
    """Create what is missing of the topics that a service reads or writes; all with their size.

    A service that may not create any is content when they are there.
    """
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, request_timeout_ms=10_000, **(access or {})
    )
    try:
        await admin.start()
        there = await _partitions(admin)
        wanted = {*read_by(service), *written_by(service)}
        missing = [
            new for new in (_dead_letters(service), *map(_new, wanted)) if new.name not in there
        ]
        if missing:
            await _create(admin, missing)
            there = await _partitions(admin)
        return there
    finally:
        await admin.close()


async def _partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}


async def _create(admin: AIOKafkaAdminClient, topics: list[NewTopic]) -> None:
    response = await admin.create_topics(topics)
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(name)
    logger.info("topics created", extra={"topics": sorted(topic.name for topic in topics)})


def _new(topic: Topic) -> NewTopic:
    configs = (
        {
            "cleanup.policy": "compact",
            "max.compaction.lag.ms": str(COMPACTION_LAG_DAYS * DAY_MS),
            "delete.retention.ms": str(TOMBSTONE_DAYS * DAY_MS),
        }
        if topic.compacted
        else {"cleanup.policy": "delete", "retention.ms": str(LOG_RETENTION_DAYS * DAY_MS)}
    )
    return _created(topic.name, PARTITIONS, configs)


def _dead_letters(service: Service) -> NewTopic:
    configs = {"cleanup.policy": "delete", "retention.ms": str(LOG_RETENTION_DAYS * DAY_MS)}
    return _created(dead_letters_of(service), 1, configs)


def _created(name: str, partitions: int, configs: dict[str, str]) -> NewTopic:
    # As many copies as the broker's default; aiokafka takes that only with an assignment given.
    return NewTopic(name, partitions, -1, replica_assignments={}, topic_configs=configs)
