"""Where words can be: every column of every table, the newest of each key, logs, metrics."""

from collections.abc import Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.embedded.stack import SERVICES, Stack
from shared.contracts.topics import TOPICS
from tests.e2e.journey import metrics_page

COLUMNS = """
select table_name, column_name, data_type from information_schema.columns
where table_schema = 'public' order by 1, 2
"""
AS_TEXT = {"bytea": "encode({0}, 'escape')"}


def found(canaries: Sequence[str], text: str) -> list[str]:
    """Those of the words that a text has, in any case."""
    return [canary for canary in canaries if canary.casefold() in text.casefold()]


async def in_tables(dsn: str, canaries: Sequence[str]) -> list[str]:
    """Each column of a database in which one of the words is, as `table.column`."""
    connection = await asyncpg.connect(dsn)
    places = []
    try:
        for table, column, kind in await connection.fetch(COLUMNS):
            text = AS_TEXT.get(kind, "{0}::text").format(f'"{column}"')
            rows = await connection.fetch(f'select {text} from "{table}"')
            if any(found(canaries, row[0] or "") for row in rows):
                places.append(f"{table}.{column}")
    finally:
        await connection.close()
    return places


async def newest_of_each_key(bootstrap: str) -> dict[tuple[str, bytes], bytes | None]:
    """What is left of the compacted topics once they are compacted; None is a tombstone."""
    names = [topic.name for topic in TOPICS if topic.compacted]
    consumer = AIOKafkaConsumer(
        *names, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    newest: dict[tuple[str, bytes], bytes | None] = {}
    try:
        while batches := await consumer.getmany(timeout_ms=2_000):
            for record in (record for batch in batches.values() for record in batch):
                newest[record.topic, record.key] = record.value
    finally:
        await consumer.stop()
    return newest


async def places_of(stack: Stack, canaries: Sequence[str]) -> list[str]:
    """Where in a running Passerelle one of the words still is; the mails sent are outside of it."""
    places = []
    for service in SERVICES:
        places += [f"{service}: {at}" for at in await in_tables(stack.dsn(service), canaries)]
        if found(canaries, stack.log(service).read_text("utf-8")):
            places.append(f"{service}: log")
        if found(canaries, await metrics_page(stack, service)):
            places.append(f"{service}: metrics")
    for (topic, _), value in (await newest_of_each_key(stack.bootstrap)).items():
        if value is not None and found(canaries, value.decode("utf-8", "replace")):
            places.append(f"topic: {topic}")
    return places
