"""PostgreSQL does what any store of the matcher must do."""

from collections.abc import AsyncGenerator

import pytest

from services.matcher.adapters.postgres import transactions
from services.matcher.app import MIGRATIONS
from services.matcher.application.store_ports import Begin
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from tests.support.matching_search_suite import SearchSuite
from tests.support.matching_store_suite import FactsSuite
from tests.support.reading_store_suite import ReadingSuite


class TestPostgresStore(FactsSuite, ReadingSuite, SearchSuite):
    @pytest.fixture
    async def begin(self, module_database_dsn: str) -> AsyncGenerator[Begin]:
        async with open_pool(module_database_dsn, most=3) as pool:
            await migrate(pool, MIGRATIONS)
            await pool.execute("truncate capability, need, proposal, erased, outbox cascade")
            yield transactions(pool)
