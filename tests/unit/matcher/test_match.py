from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.match import (
    Contribution,
    Grade,
    Match,
    Thresholds,
    best_first,
    shares,
    sigmoid,
)

gains = st.floats(-20, 20)
added = st.lists(
    st.builds(Contribution, st.text("abc"), gains, gains), unique_by=lambda c: c.feature
)


def a_match(capability_id: str, score: float) -> Match:
    return Match("need-1", capability_id, score, Grade.GOOD, 0.0, (), "1")


@pytest.mark.parametrize(
    ("score", "grade"), [(0.5, "excellent"), (0.25, "good"), (0.05, "possible"), (0.04, "weak")]
)
def test_a_grade_starts_at_its_threshold(score: float, grade: str) -> None:
    assert Thresholds(0.5, 0.25, 0.05).grade(score).value == grade


def test_sigmoid_turns_log_odds_into_a_probability() -> None:
    assert sigmoid(0) == 0.5
    assert sigmoid(log(3)) == pytest.approx(0.75)
    assert sigmoid(-log(3)) == pytest.approx(0.25)
    assert sigmoid(-1e4) == 0.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_best_match_comes_first_whatever_the_order(one: float, other: float) -> None:
    first, second = a_match("a", one), a_match("b", other)
    ordered = best_first([second, first])
    assert ordered == best_first([first, second])
    assert ordered[0].score >= ordered[1].score


@given(added)
def test_shares_sum_to_one_or_nothing_speaks_for_it(contributions: list[Contribution]) -> None:
    found = shares(contributions)
    assert all(0 <= share <= 1 for share in found.values())
    total = sum(found.values())
    assert total == pytest.approx(1) or all(c.contribution <= 0 for c in contributions)
