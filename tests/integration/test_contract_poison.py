"""Every message that is none can be kept as a dead letter: keeping it must not fail in turn."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio

from shared.contracts.topics import Service
from shared.contracts.wire import Message
from shared.runtime.inbox import Inbox
from shared.runtime.outbox import message_from_row
from shared.runtime.prepare import OWN_TABLES
from tests.contract.test_poison import GOOD, POISON, with_header

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

NASTY_HEADERS = {
    "a NUL in a header": with_header("ce_source", b"a\x00b"),
    "half a surrogate in a header": with_header("ce_source", b"\xed\xa0\x80"),
    "a header's name with a NUL": Message(GOOD.topic, GOOD.key, (("a\x00", b"b"),), GOOD.value),
}
MESSAGES = {name: make() for name, (make, _) in POISON.items()} | NASTY_HEADERS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(module_database_dsn: str) -> AsyncGenerator["Database"]:
    async with asyncpg.create_pool(module_database_dsn, min_size=1, max_size=1) as opened:
        await opened.execute(OWN_TABLES.read_text("utf-8"))
        yield opened


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", MESSAGES)
async def test_poison_is_kept_as_it_came(case: str, pool: "Database") -> None:
    async with pool.acquire() as connection, connection.transaction():
        inbox = Inbox(connection, Service.NOTIFIER)
        await inbox.bury(case, MESSAGES[case], reason="poison", attempts=1)
        row = await connection.fetchrow("select * from dead_letter where place = $1", case)

    assert row is not None
    assert message_from_row(dict(row)) == MESSAGES[case]
