"""A batch asks the inbox once, and misses nothing that happens while it is applied."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from shared.contracts.topics import Service
from shared.contracts.wire import Message, encode
from shared.runtime.inbox import Inbox, Waiting
from shared.runtime.postgres import Connection, open_pool
from shared.runtime.prepare import migrate
from tests.support.builders_events import a_need_published

OLD, NEW, EARLY = (a_need_published(name) for name in ("old", "new", "early"))


@pytest.fixture
async def connections(
    database_dsn: str, tmp_path: Path
) -> AsyncGenerator[tuple[Connection, Connection]]:
    async with AsyncExitStack() as opened:
        pool = await opened.enter_async_context(open_pool(database_dsn))
        await migrate(pool, tmp_path)
        one, other = [await opened.enter_async_context(pool.acquire()) for _ in range(2)]
        yield one, other


async def test_each_event_of_a_batch_is_new_once_and_one_heard_before_never(
    connections: tuple[Connection, Connection],
) -> None:
    one, _ = connections
    assert await Inbox(one, Service.NOTIFIER).is_new(OLD.id)
    async with one.transaction():
        inbox = Inbox(one, Service.NOTIFIER)
        await inbox.expect([NEW, OLD, NEW])
        assert [await inbox.is_new(event.id) for event in (NEW, OLD, NEW)] == [True, False, False]


async def test_a_batch_that_failed_has_heard_nothing(
    connections: tuple[Connection, Connection],
) -> None:
    one, _ = connections
    transaction = one.transaction()
    await transaction.start()
    await Inbox(one, Service.NOTIFIER).expect([NEW])
    await transaction.rollback()
    assert await Inbox(one, Service.NOTIFIER).is_new(NEW.id)


async def test_what_waits_for_an_event_of_the_batch_is_released_with_it(
    connections: tuple[Connection, Connection],
) -> None:
    one, _ = connections
    await Inbox(one, Service.NOTIFIER).park(encode(EARLY), EARLY, waits_for=NEW.key)
    inbox = Inbox(one, Service.NOTIFIER)
    await inbox.expect([OLD, NEW])
    assert await inbox.released_by(OLD.key) == []
    assert messages(await inbox.released_by(NEW.key)) == [encode(EARLY)]
    assert await inbox.released_by(NEW.key) == []


async def test_what_the_batch_itself_makes_wait_is_seen(
    connections: tuple[Connection, Connection],
) -> None:
    one, _ = connections
    inbox = Inbox(one, Service.NOTIFIER)
    await inbox.expect([OLD, NEW])
    await inbox.park(encode(EARLY), EARLY, waits_for=NEW.key)
    assert messages(await inbox.released_by(NEW.key)) == [encode(EARLY)]


async def test_what_another_process_made_wait_meanwhile_is_released_at_the_end(
    connections: tuple[Connection, Connection],
) -> None:
    one, other = connections
    async with one.transaction():
        inbox = Inbox(one, Service.NOTIFIER)
        await inbox.expect([NEW])
        await Inbox(other, Service.NOTIFIER).park(encode(EARLY), EARLY, waits_for=NEW.key)
        assert await inbox.released_by(NEW.key) == []
        assert messages(await inbox.released_meanwhile()) == [encode(EARLY)]


def messages(released: list[Waiting]) -> list[Message]:
    return [waiting.message for waiting in released]
