"""Accounting for a pair: what was decided, and what would be decided now."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.matcher.adapters.catalogue import TomlCatalogue
from services.matcher.adapters.why_text import WhyText
from services.matcher.application.account_for import Account, AccountFor
from services.matcher.application.propose_researchers import ProposeResearchers, Search
from services.matcher.application.store_ports import HeardCapability
from services.matcher.domain.eligibility import Obstacle, Standing
from services.matcher.domain.proposal import ProposalState
from services.matcher.domain.verdict import Against
from tests.support.builders_matching import (
    MODEL,
    NOON,
    RULES,
    capability_id,
    heard_capability,
    heard_need,
    need_id,
    represented_capability,
    represented_need,
)
from tests.support.fakes_matching_decisions import FakeDecisions
from tests.support.fakes_matching_models import explain_plainly, score_by_meaning
from tests.support.fakes_matching_store import FakeStore

NAMES = ("ada", "bob", "cleo", "dan")


async def add(store: FakeStore, heard: HeardCapability, *direction: float) -> None:
    async with store.begin() as desk:
        await desk.facts.keep_capability(heard, model=MODEL)
        await desk.waiting.keep_capabilities([represented_capability(heard, *direction)])


async def a_store(*names: str) -> FakeStore:
    """A need, and capabilities of which each fits a little less than the one before."""
    store = FakeStore()
    async with store.begin() as desk:
        await desk.facts.keep_need(heard_need())
        await desk.waiting.keep_needs([represented_need(heard_need())])
    for place, name in enumerate(names):
        await add(store, heard_capability(name), 1.0, place / 4)
    return store


async def propose(store: FakeStore) -> None:
    search = Search(MODEL, candidates=50)
    score, explain = score_by_meaning(), explain_plainly()
    await ProposeResearchers(store.begin, score, explain, RULES, search, lambda: NOON)(need_id())


async def account(store: FakeStore, name: str, need: UUID | None = None) -> Account:
    score, explain = score_by_meaning(), explain_plainly()
    account_for = AccountFor(
        store.begin, FakeDecisions(store), score, explain, RULES, MODEL, lambda: NOON
    )
    return await account_for(need or need_id(), capability_id(name))


def told(found: Account, language: str = "en") -> str:
    text = WhyText("fr" if language == "fr" else "en", TomlCatalogue())
    return "\n".join(text.account(found))


async def test_one_of_the_best_has_nothing_against_it() -> None:
    found = await account(await a_store(*NAMES), "bob")
    assert found.judged is not None
    assert (found.judged.verdict.rank, found.judged.verdict.among) == (2, 4)
    assert (found.obstacle, found.places) == (None, 3)
    assert "rank 2 among 4" in told(found)
    assert "Nothing keeps this team from being asked now." in told(found)
    assert "Never proposed for this need." in told(found)


async def test_one_behind_the_others_hears_that_they_go_first() -> None:
    found = await account(await a_store(*NAMES), "dan")
    assert found.judged is not None
    assert found.judged.verdict.against == (Against.OTHERS_FIRST,)
    assert "Others go first: 3 are asked at a time" in told(found)


async def test_one_too_far_hears_the_least_score() -> None:
    store = await a_store("ada")
    await add(store, heard_capability("far"), -1.0, 1.0)
    found = await account(store, "far")
    assert found.obstacle is Obstacle.TOO_FAR
    assert "below the least of 0.10" in told(found)


async def test_a_proposal_is_explained_by_what_was_kept_with_it() -> None:
    store = await a_store("ada")
    await propose(store)
    found = await account(store, "ada")
    assert found.obstacle is Obstacle.ASKED_BEFORE
    (decision,) = found.decisions
    assert decision.grounds is not None
    assert decision.grounds.match.model_version == "meaning-1"
    said = told(found)
    assert "Proposed on 2026-03-02 12:00 (wave 1); waiting." in said
    assert "version 1 of the need" in said
    assert "model meaning-1" in said
    assert "en:passage" in said.partition("Reasons given then:")[2]
    assert "fr:passage" in told(found, "fr").partition("Raisons données alors :")[2]


async def test_what_was_erased_is_said_to_be() -> None:
    store = await a_store("ada")
    await propose(store)
    (row,) = store.proposals.values()
    row.grounds = None
    found = await account(store, "ada")
    assert "is erased" in told(found)


async def test_a_retired_capability_cannot_be_judged_and_says_so() -> None:
    store = await a_store()
    await add(store, replace(heard_capability("ada"), standing=Standing.RETIRED), 1.0)
    found = await account(store, "ada")
    assert (found.judged, found.obstacle) == (None, Obstacle.RETIRED)
    assert "It cannot be judged now" in told(found)
    assert "retired" in told(found)


async def test_a_pair_never_heard_of_has_nothing_to_tell() -> None:
    found = await account(FakeStore(), "nobody")
    assert (found.judged, found.obstacle, found.places, found.decisions) == (None, None, 0, ())
    assert "no free place" in told(found)


@pytest.mark.parametrize("state", ProposalState)
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_state_has_words(state: ProposalState, language: str) -> None:
    store = await a_store("ada")
    await propose(store)
    (row,) = store.proposals.values()
    row.state = state
    assert "2026-03-02" in told(await account(store, "ada"), language)


@pytest.mark.parametrize("obstacle", Obstacle)
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_obstacle_has_words(obstacle: Obstacle, language: str) -> None:
    found = await account(await a_store("ada"), "ada")
    assert told(replace(found, obstacle=obstacle), language) != told(found, language)
