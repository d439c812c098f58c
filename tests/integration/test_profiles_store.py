"""The store in PostgreSQL does what the one in memory does; what only it can do."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import asyncpg
import pytest

from services.profiles.adapters.postgres import looking, writing
from services.profiles.app import MIGRATIONS
from services.profiles.application.ports import Begin
from shared.contracts.delivery import UnavailableError
from shared.runtime.postgres import Database, open_pool
from shared.runtime.prepare import migrate
from tests.support.fakes_profiles import a_need
from tests.unit.profiles.store_suite import ANNE, StoreSuite


@dataclass
class Real:
    pool: Database
    begin: Begin
    look: Begin
    commits: list[str]


@pytest.fixture
async def store(database_dsn: str) -> AsyncGenerator[Real]:
    commits: list[str] = []
    async with open_pool(database_dsn) as pool:
        await migrate(pool, MIGRATIONS)
        begin = writing(pool, lambda: commits.append("committed"))
        yield Real(pool, begin, looking(pool), commits)


class TestPostgres(StoreSuite):
    pass


async def test_looking_cannot_write(store: Real) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with store.look() as transaction:
            await transaction.parties.add(ANNE)


async def test_the_relay_is_woken_after_a_commit_and_only_then(store: Real) -> None:
    async with store.begin() as transaction:
        await transaction.parties.add(ANNE)
        assert store.commits == []
    with pytest.raises(LookupError):
        async with store.begin():
            raise LookupError
    assert store.commits == ["committed"]


async def test_two_changes_of_one_need_wait_for_each_other(store: Real) -> None:
    async with store.begin() as transaction:
        await transaction.parties.add(ANNE)
        await transaction.needs.add(a_need())

    async def raise_version() -> None:
        async with store.begin() as transaction:
            need = await transaction.needs.get(a_need().id)
            assert need
            await transaction.needs.save(need.ask_again(at=need.submitted_at))

    await asyncio.gather(*(raise_version() for _ in range(5)))
    async with store.look() as transaction:
        need = await transaction.needs.get(a_need().id)
    assert need
    assert need.version == 6


async def test_a_database_that_is_away_is_named(database_dsn: str) -> None:
    async with open_pool(database_dsn) as pool:
        begin = writing(pool, lambda: None)
        await pool.close()
        with pytest.raises(UnavailableError):
            async with begin():
                pass
