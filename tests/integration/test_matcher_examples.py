"""Answers that were heard, as examples to learn from, on a real database."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import pytest

from services.matcher.adapters.postgres_models import PostgresShelf
from services.matcher.app import MIGRATIONS
from services.matcher.domain.answer import Answer, Outcome
from shared.contracts import introductions as told
from shared.contracts.matches import MatchProposed
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from tests.integration.test_matcher_flow import FIVE, Matcher, process
from tests.support.builders_matching import (
    about,
    answered,
    capability_erased,
    need_erased,
    need_published,
)
from tests.support.builders_models import YES

if TYPE_CHECKING:
    from shared.runtime.postgres import Database


@pytest.fixture
async def pool(module_database_dsn: str) -> AsyncGenerator["Database"]:
    async with open_pool(module_database_dsn, most=3) as opened:
        await migrate(opened, MIGRATIONS)
        await opened.execute("truncate capability, need, proposal, erased, outbox cascade")
        yield opened


async def examples(pool: "Database", feature_set: str = "f-1") -> list[Answer]:
    async with pool.acquire() as connection:
        return [one.answer for one in await PostgresShelf(connection).examples(feature_set)]


@pytest.fixture
async def matcher(pool: "Database") -> Matcher:
    found = process(pool)
    found.feature_set = "f-1"
    return found


def ids_of(proposed: MatchProposed) -> tuple:  # type: ignore[type-arg]  # four ids
    return (
        proposed.proposal_id,
        proposed.need_id,
        proposed.capability_id,
        proposed.researcher_id,
    )


async def proposals(matcher: Matcher) -> list[MatchProposed]:
    told_first = await matcher.work(*FIVE, need_published())
    return [event for event in told_first if isinstance(event, MatchProposed)]


async def test_an_answer_becomes_an_example_without_a_word_of_text(matcher: Matcher) -> None:
    first, second, third = await proposals(matcher)
    declined, reason = told.Answer.DECLINED, told.DeclineReason.OUT_OF_FIELD
    await matcher.hear(
        answered(ids_of(first), declined, reason),
        answered(ids_of(second), told.Answer.ACCEPTED),
    )
    async with matcher.pool.acquire() as connection:
        kept = await PostgresShelf(connection).examples("f-1")
    assert {one.answer for one in kept} == {YES, Answer(Outcome.DECLINED, reason)}
    assert {one.proposal_id for one in kept} == {first.proposal_id, second.proposal_id}
    assert third.proposal_id not in {one.proposal_id for one in kept}
    assert all({"meaning", "language"} <= set(one.features) for one in kept)
    assert all(one.model_version == "meaning-1" for one in kept)
    assert "puits" not in repr(kept)


async def test_an_answer_heard_late_or_again_leaves_the_most_telling_one(matcher: Matcher) -> None:
    (first, *_) = await proposals(matcher)
    accepted = answered(ids_of(first), told.Answer.ACCEPTED)
    introduced = told.IntroductionMade(**about(ids_of(first)))
    await matcher.hear(introduced, accepted)
    assert await examples(matcher.pool) == [Answer(Outcome.INTRODUCED)]
    before = await matcher.everything()
    await matcher.hear(accepted, introduced)
    assert await matcher.everything() == before


@pytest.mark.parametrize("erased", ["need", "capability"])
async def test_an_example_goes_with_its_need_or_capability_for_ever(
    matcher: Matcher, erased: str
) -> None:
    (first, *_) = await proposals(matcher)
    answer = answered(ids_of(first), told.Answer.DECLINED, told.DeclineReason.OUT_OF_FIELD)
    await matcher.hear(answer)
    assert len(await examples(matcher.pool)) == 1
    name = next(n for n in FIVE if n.capability_id == first.capability_id).title.split()[-1]
    await matcher.hear(need_erased() if erased == "need" else capability_erased(name))
    await matcher.hear(answer)
    assert await examples(matcher.pool) == []
    row = await matcher.pool.fetchrow(
        "select outcome, reason, heard_at from proposal where proposal_id = $1", first.proposal_id
    )
    assert row is not None
    assert set(row.values()) == {None}
