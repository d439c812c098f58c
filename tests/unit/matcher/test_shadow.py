"""A model tried beside the one in use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.application.propose_researchers import ProposeResearchers, Search
from services.matcher.application.try_in_shadow import TryInShadow
from services.matcher.domain.features import Features
from services.matcher.domain.match import Score
from services.matcher.domain.shadow import first_overlap, ordered, rank_correlation
from shared.contracts.matches import MatchProposed
from tests.support.builders_matching import (
    MODEL,
    NOON,
    RULES,
    heard_capability,
    heard_need,
    need_id,
)
from tests.support.fakes_matching_models import MeaningScorer, explain_plainly, score_by_meaning
from tests.support.fakes_matching_store import FakeStore
from tests.support.keeping_matching import keep_capability, keep_need

NAMES = ("ada", "bob", "cleo", "dan", "eve")


@dataclass
class Contrarian:
    """Thinks the contrary of what meaning says, and counts how often it was asked."""

    version: str = "contrary-1"
    asked: int = 0

    def score(self, rows: Sequence[Features], *, read: bool) -> list[Score]:
        self.asked += 1
        return [
            replace(score, probability=1 - score.probability / 2)
            for score in MeaningScorer().score(rows, read=read)
        ]


async def a_store() -> FakeStore:
    store = FakeStore()
    await keep_need(store.begin, heard_need())
    for place, name in enumerate(NAMES):
        await keep_capability(store.begin, heard_capability(name), 1.0, place / 4)
    return store


def proposing(store: FakeStore) -> ProposeResearchers:
    score, explain = score_by_meaning(), explain_plainly()
    return ProposeResearchers(
        store.begin, score, explain, RULES, Search(MODEL, feature_set="f-1"), lambda: NOON
    )


async def test_another_model_is_compared_on_what_was_decided() -> None:
    store = await a_store()
    decided = await proposing(store).decide(need_id())
    assert decided
    asked = store.told_of(MatchProposed)
    found = TryInShadow(RULES)(decided, Contrarian())
    assert found.correlation == pytest.approx(-1.0)
    assert found.overlap == pytest.approx(1 / 3)
    assert (found.others, found.asked, found.needs) == (2, 3, 1)
    assert store.told_of(MatchProposed) == asked


async def test_the_same_model_in_the_shadow_differs_in_nothing() -> None:
    decided = await proposing(await a_store()).decide(need_id())
    assert decided
    found = TryInShadow(RULES)(decided, MeaningScorer())
    assert (found.correlation, found.overlap, found.others) == (1.0, 1.0, 0)


async def test_all_that_a_score_was_computed_from_is_kept_with_the_proposal() -> None:
    store = await a_store()
    await proposing(store)(need_id())
    for row in store.proposals.values():
        assert row.grounds
        assert row.grounds.feature_set == "f-1"
        inputs = row.grounds.match.inputs
        assert {"meaning", "rare_words", "language"} <= set(inputs.values)
        assert not inputs.read


@given(st.permutations(NAMES))
def test_an_order_agrees_with_itself_and_disagrees_with_its_reverse(order: list[str]) -> None:
    assert rank_correlation(order, order) == 1.0
    assert rank_correlation(order, order[::-1]) == pytest.approx(-1.0)
    assert first_overlap(order, order) == 1.0


@given(st.permutations(NAMES), st.permutations(NAMES))
def test_correlation_and_overlap_are_the_same_both_ways(one: list[str], other: list[str]) -> None:
    assert rank_correlation(one, other) == rank_correlation(other, one)
    assert first_overlap(one, other) == first_overlap(other, one)


def test_nobody_to_order_is_full_agreement() -> None:
    assert rank_correlation([], []) == first_overlap([], []) == 1.0
    assert rank_correlation(["a"], ["a"]) == 1.0


def test_equal_scores_are_ordered_by_id() -> None:
    assert ordered({"b": 0.5, "a": 0.5, "c": 0.9}) == ["c", "a", "b"]
