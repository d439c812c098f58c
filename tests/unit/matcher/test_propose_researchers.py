"""Choosing whom to ask."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.matcher.application.propose_researchers import ProposeResearchers, Search
from services.matcher.application.store_ports import Desk, HeardCapability, HeardNeed
from services.matcher.domain.eligibility import Standing
from services.matcher.domain.proposal import ProposalState
from shared.contracts.matches import MatchProposed, NeedUnmatched
from tests.support.builders_matching import (
    MODEL,
    NOON,
    RULES,
    capability_id,
    heard_capability,
    heard_need,
    need_id,
    news,
    represented_capability,
    represented_need,
    researcher_id,
)
from tests.support.fakes_matching_models import explain_plainly, score_by_meaning
from tests.support.fakes_matching_store import FakeStore

NAMES = ("ada", "bob", "cleo", "dan", "eve")
LATER = NOON + timedelta(hours=1)


def proposing(store: FakeStore) -> ProposeResearchers:
    search = Search(MODEL, candidates=50)
    score, explain = score_by_meaning(), explain_plainly()
    return ProposeResearchers(store.begin, score, explain, RULES, search, lambda: NOON)


async def add_need(store: FakeStore, heard: HeardNeed | None = None) -> None:
    heard = heard or heard_need()
    async with store.begin() as desk:
        await desk.facts.keep_need(heard)
        await desk.waiting.keep_needs([represented_need(heard)])
        await desk.agenda.mark([UUID(heard.need.need_id)])


async def add(store: FakeStore, heard: HeardCapability, *direction: float) -> None:
    async with store.begin() as desk:
        await desk.facts.keep_capability(heard, model=MODEL)
        await desk.waiting.keep_capabilities([represented_capability(heard, *direction)])


async def a_store(*names: str) -> FakeStore:
    """A need, and capabilities of which each fits a little less than the one before."""
    store = FakeStore()
    await add_need(store)
    for place, name in enumerate(names):
        await add(store, heard_capability(name), 1.0, place / 4)
    return store


async def answer(store: FakeStore, name: str, state: ProposalState) -> None:
    proposal = next(
        row for row in store.proposals.values() if row.researcher_id == researcher_id(name)
    )
    told = replace(news("well", name, state), proposal_id=proposal.proposal_id)
    async with store.begin() as desk:
        await desk.facts.keep_proposal(told)
        await desk.agenda.mark([need_id()])


def asked(store: FakeStore) -> list[UUID]:
    return [event.researcher_id for event in store.told_of(MatchProposed)]


def unmatched(store: FakeStore) -> list[NeedUnmatched]:
    return store.told_of(NeedUnmatched)


def is_due(store: FakeStore) -> bool:
    return store.marks[need_id()].marked > store.marks[need_id()].settled


async def test_the_best_three_are_asked_best_first() -> None:
    store = await a_store(*NAMES)
    scores = await proposing(store)(need_id())
    assert asked(store) == [researcher_id(name) for name in NAMES[:3]]
    assert scores == sorted(scores, reverse=True)
    assert not is_due(store)


async def test_what_is_told_says_who_why_and_by_which_model() -> None:
    store = await a_store("ada")
    await proposing(store)(need_id())
    (event,) = store.told_of(MatchProposed)
    assert (event.need_id, event.capability_id) == (need_id(), capability_id("ada"))
    assert event.organisation_id == store.needs[need_id()].organisation_id
    assert (event.wave, event.model_version, event.occurred_at) == (1, "meaning-1", NOON)
    assert event.reasons
    assert event.contributions


async def test_what_a_proposal_was_decided_on_is_kept() -> None:
    store = await a_store("ada")
    await proposing(store)(need_id())
    (row,) = store.proposals.values()
    assert row.grounds
    assert (row.grounds.need_version, row.grounds.capability_version) == (1, 1)
    assert row.grounds.representation == MODEL
    assert row.grounds.match.contributions
    assert row.grounds.reasons


async def test_looking_again_asks_nobody_twice() -> None:
    store = await a_store(*NAMES)
    await proposing(store)(need_id())
    assert await proposing(store)(need_id()) == []
    assert len(asked(store)) == 3


async def test_a_decline_makes_the_next_asked_in_a_new_wave() -> None:
    store = await a_store(*NAMES)
    await proposing(store)(need_id())
    await answer(store, "bob", ProposalState.DECLINED)
    await proposing(store)(need_id())
    assert asked(store)[3:] == [researcher_id("dan")]
    assert [event.wave for event in store.told_of(MatchProposed)] == [1, 1, 1, 2]


async def test_too_few_to_ask_puts_the_need_on_watch_and_says_so_once() -> None:
    store = await a_store("ada", "bob")
    await add(store, heard_capability("far"), -1.0)
    await add(store, heard_capability("zoe", standing=Standing.PAUSED))
    await add(store, heard_capability("shy", max_open=0))
    await proposing(store)(need_id())
    await proposing(store)(need_id())
    (event,) = unmatched(store)
    assert (event.candidates, event.too_far, event.paused, event.at_their_cap) == (5, 1, 1, 1)
    assert store.marks[need_id()].look_again_at == LATER


async def test_another_situation_is_told_again() -> None:
    store = await a_store("ada", "bob")
    await proposing(store)(need_id())
    await add(store, heard_capability("cleo"))
    await answer(store, "ada", ProposalState.DECLINED)
    await proposing(store)(need_id())
    assert [event.asked_before for event in unmatched(store)] == [0, 2]


async def test_a_filled_wave_ends_the_watch() -> None:
    store = await a_store("ada", "bob")
    await proposing(store)(need_id())
    await add(store, heard_capability("cleo"))
    await proposing(store)(need_id())
    assert store.marks[need_id()].look_again_at is None
    assert len(asked(store)) == 3


async def test_a_need_that_is_filled_asks_nobody() -> None:
    store = await a_store(*NAMES)
    await proposing(store)(need_id())
    for name in NAMES[:2]:
        await answer(store, name, ProposalState.INTRODUCED)
    await answer(store, NAMES[2], ProposalState.SUPERSEDED)
    assert await proposing(store)(need_id()) == []
    assert not is_due(store)
    assert unmatched(store) == []


async def test_one_researcher_is_asked_for_the_best_of_their_capabilities() -> None:
    store = await a_store()
    await add(store, heard_capability("old work", researcher="ada"), 1.0, 1.0)
    await add(store, heard_capability("new work", researcher="ada"), 1.0, 0.0)
    await proposing(store)(need_id())
    (event,) = store.told_of(MatchProposed)
    assert event.capability_id == capability_id("new work")


async def test_a_need_restated_as_questions_is_searched_by_them_too() -> None:
    store = FakeStore()
    heard = heard_need()
    asking = replace(heard, need=replace(heard.need, questions=("Quels transferts ?",)))
    await add_need(store, asking)
    await add(store, heard_capability("ada"))
    assert len(await proposing(store)(need_id())) == 1


async def test_a_closed_need_asks_nobody() -> None:
    store = FakeStore()
    await add_need(store, heard_need(is_open=False))
    await add(store, heard_capability("ada"))
    assert await proposing(store)(need_id()) == []
    assert not is_due(store)


async def test_a_need_that_is_gone_asks_nobody() -> None:
    assert await proposing(FakeStore())(need_id()) == []


@pytest.mark.parametrize("change", ["erased", "changed", "closed", "capability erased"])
async def test_what_changes_between_scoring_and_asking_is_seen(change: str) -> None:
    store = await a_store("ada")
    desks = 0

    @asynccontextmanager
    async def begin() -> AsyncGenerator[Desk, None]:
        nonlocal desks
        desks += 1
        async with store.begin() as desk:
            if desks == 2:
                await _change(desk, change)
            yield desk

    assert await replace(proposing(store), begin=begin)(need_id()) == []
    assert asked(store) == []
    if change == "changed":
        assert is_due(store)


async def _change(desk: Desk, change: str) -> None:
    match change:
        case "erased":
            await desk.facts.forget_need(need_id())
        case "capability erased":
            await desk.facts.forget_capability(capability_id("ada"))
        case _:
            heard = heard_need(version=2, is_open=change == "changed")
            await desk.facts.keep_need(heard)
            await desk.agenda.mark([need_id()])


async def test_many_needs_at_once_never_ask_anyone_beyond_their_cap() -> None:
    store = await a_store(*NAMES)
    others = [heard_need(f"need {number}") for number in range(6)]
    for heard in others:
        await add_need(store, heard)
    keys = [UUID(heard.need.need_id) for heard in others]
    await asyncio.gather(*(proposing(store)(key) for key in keys))
    per_person = [asked(store).count(researcher_id(name)) for name in NAMES]
    assert per_person == [2] * len(NAMES)
