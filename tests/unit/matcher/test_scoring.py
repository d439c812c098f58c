from math import isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.adapters.scikit_scorer import LinearModel, Term, pipeline
from services.matcher.adapters.scikit_training import FOLDS, JudgedPair, learned, unseen
from services.matcher.adapters.shipped import shipped_scorer
from services.matcher.domain.features import FEATURES
from services.matcher.domain.match import sigmoid

SCORER = shipped_scorer()
shares = st.floats(0, 1, allow_subnormal=False)
always = {
    "meaning": st.floats(-1, 1),
    "adapted": st.floats(-1, 1),
    "subjects": st.floats(-1, 1),
    "shared_subjects": st.floats(0, 5, allow_subnormal=False),
    "rare_words": shares,
    "language": shares,
}
sometimes = {name: shares for name in FEATURES if name not in always}
rows = st.fixed_dictionaries(always, optional=sometimes)
Rows = list[dict[str, float]]


@given(found=st.lists(rows, min_size=1, max_size=5), read=st.booleans())
def test_base_and_contributions_are_the_log_odds(found: Rows, *, read: bool) -> None:
    for score in SCORER.score(found, read=read):
        log_odds = score.base + sum(c.contribution for c in score.contributions)
        assert isclose(score.probability, sigmoid(log_odds), abs_tol=1e-9)


@given(rows, rows)
def test_a_score_does_not_depend_on_the_others(
    one: dict[str, float], other: dict[str, float]
) -> None:
    together = SCORER.score([one, other], read=True)[0]
    assert together.probability == pytest.approx(SCORER.score([one], read=True)[0].probability)


@given(row=rows, name=st.sampled_from(FEATURES), read=st.booleans())
def test_more_of_anything_never_lowers_a_score(
    *, row: dict[str, float], name: str, read: bool
) -> None:
    less, more = SCORER.score([{**row, name: 0.1}, {**row, name: 0.9}], read=read)
    assert less.probability <= more.probability


def test_what_is_unknown_adds_nothing() -> None:
    known = dict.fromkeys(always, 0.2)
    (score,) = SCORER.score([known], read=False)
    assert {contribution.feature for contribution in score.contributions} == set(known)


def test_no_row_gives_no_score() -> None:
    assert SCORER.score([], read=False) == []


def test_a_decided_weight_adds_half_of_itself_at_most() -> None:
    model = LinearModel(base=0.0, terms={"meaning": Term(weight=1.0, usual=0.5, spread=0.25)})
    place = FEATURES.index("place")
    row = [[0.75 if name == "meaning" else 0.5 for name in FEATURES]]
    assert pipeline(model, {"place": 0.4}).decision_function(row) == pytest.approx([1.0])
    row[0][place] = 1.0
    assert pipeline(model, {"place": 0.4}).decision_function(row) == pytest.approx([1.2])


def judged(need: int, meaning: float, *, fits: bool) -> JudgedPair:
    features = {"meaning": meaning, "rare_words": -meaning} | ({"goals": 1.0} if need % 2 else {})
    return JudgedPair(f"need-{need}", f"cap-{meaning}", features, fits)


PAIRS = [judged(need, i / 10, fits=i >= 8) for need in range(FOLDS) for i in range(10)]


def test_learning_keeps_what_speaks_for_a_fit() -> None:
    model = learned(PAIRS, ["meaning", "rare_words", "goals"])
    assert "rare_words" not in model.terms
    assert model.terms["meaning"].weight > 0
    assert model.base < log(0.2 / 0.8)


def test_each_need_is_tried_on_a_model_that_never_saw_it() -> None:
    tried = [{pair.need_id for pair in held_out} for _, held_out in unseen(PAIRS, ["meaning"])]
    assert sorted(need for needs in tried for need in needs) == [f"need-{n}" for n in range(FOLDS)]
