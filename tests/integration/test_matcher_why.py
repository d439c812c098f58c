"""`why` on a real database: what was decided, and what would be decided now."""

import asyncio
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import pytest

from services.matcher.adapters.postgres import transactions
from services.matcher.adapters.postgres_decisions import PostgresDecisions
from services.matcher.app import MIGRATIONS
from services.matcher.application.account_for import AccountFor
from services.matcher.commands import main
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from tests.integration.test_matcher_flow import Matcher, process
from tests.support.builders_matching import (
    NOON,
    RULES,
    capability_erased,
    capability_id,
    capability_published,
    need_id,
    need_published,
)

if TYPE_CHECKING:
    from shared.runtime.postgres import Database


@pytest.fixture
async def pool(module_database_dsn: str) -> AsyncGenerator["Database"]:
    async with open_pool(module_database_dsn, most=5) as pool:
        await migrate(pool, MIGRATIONS)
        await pool.execute("truncate capability, need, proposal, erased, outbox cascade")
        yield pool


def accounting(matcher: Matcher) -> AccountFor:
    return AccountFor(
        transactions(matcher.pool),
        PostgresDecisions(matcher.pool),
        matcher.score,
        matcher.explain,
        RULES,
        matcher.represent.version,
        lambda: NOON,
    )


async def test_a_proposal_is_explained_by_what_was_kept_with_it(pool: "Database") -> None:
    matcher = process(pool)
    await matcher.work(need_published(), capability_published("ada"), capability_published("bob"))
    account = await accounting(matcher)(need_id(), capability_id("ada"))
    assert account.judged is not None
    assert account.judged.verdict.among == 2
    (decision,) = account.decisions
    assert decision.grounds is not None
    assert decision.grounds.match == account.judged.verdict.match
    assert [reason.kind for reason in decision.grounds.reasons] == [
        reason.kind for reason in account.judged.reasons
    ]


async def test_what_was_erased_is_gone_from_the_account_too(pool: "Database") -> None:
    matcher = process(pool)
    await matcher.work(need_published(), capability_published("ada"))
    await matcher.work(capability_erased("ada"))
    account = await accounting(matcher)(need_id(), capability_id("ada"))
    assert account.judged is None
    assert [decision.grounds for decision in account.decisions] == [None]


async def test_the_command_tells_it_in_a_terminal(
    pool: "Database",
    module_database_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await process(pool).work(need_published(), capability_published("ada"))
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", module_database_dsn)
    pair = [str(need_id()), str(capability_id("ada"))]
    assert await asyncio.to_thread(main, ["why", *pair, "--language=en"]) == 0
    said = capsys.readouterr().out
    assert "It cannot be judged now" in said  # another model has represented it
    assert "Proposed on 2026-03-02 12:00 (wave 1); waiting." in said
    assert await asyncio.to_thread(main, ["why", *reversed(pair)]) == 1
    assert await asyncio.to_thread(main, ["why", *pair, "--json"]) == 0
    assert '"model_version":"meaning-1"' in capsys.readouterr().out


async def test_a_database_that_is_away_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    pair = [str(need_id()), str(capability_id("ada"))]
    assert await asyncio.to_thread(main, ["why", *pair]) == 3
    assert "cannot be used now" in capsys.readouterr().err
