"""How far answers move a model."""

from math import hypot, sqrt
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.adapters.answer_fitting import MOST_OF_ONE_ANSWER, REACH, Taught, taught_by
from services.matcher.adapters.model_files import read_scorer, read_weights
from services.matcher.adapters.scikit_scorer import LinearModel, ScorerFile, scorer_of

PRIOR = read_scorer()
DECIDED = read_weights().added
PRIOR_ANSWERS = read_weights().learning.prior_answers
NAMES = sorted({*PRIOR.raw.terms, *PRIOR.read.terms, *DECIDED})
ROUNDING = 1e-4

features = st.dictionaries(st.sampled_from(NAMES), st.floats(-1, 1))
answers = st.builds(
    Taught, st.sampled_from(["n1", "n2", "n3"]), features, st.booleans(), st.booleans()
)


def learned(taught: list[Taught]) -> ScorerFile:
    return taught_by(PRIOR, taught, DECIDED, prior_answers=PRIOR_ANSWERS)


def both(scorer: ScorerFile) -> list[LinearModel]:
    return [scorer.raw, scorer.read]


def numbers(model: LinearModel) -> dict[str, float]:
    return {"base": model.base, **{name: term.weight for name, term in model.terms.items()}}


def standing(model: LinearModel, spreads: float) -> dict[str, float]:
    """Features that all are so many spreads from the usual."""
    return {name: term.usual + spreads * term.spread for name, term in model.terms.items()}


def probability(scorer: ScorerFile, row: dict[str, float], *, read: bool) -> float:
    (score,) = scorer_of("tried", scorer, DECIDED).score([row], read=read)
    return score.probability


def test_without_answers_the_prior_comes_back_as_it_was() -> None:
    assert learned([]) == PRIOR


def test_answers_about_needs_as_typed_leave_the_model_of_read_ones_as_it_was() -> None:
    new = learned([Taught("n", standing(PRIOR.raw, 2), read=False, fits=False)])
    assert new.read == PRIOR.read
    assert new.raw != PRIOR.raw


@settings(max_examples=40)
@given(st.lists(answers, max_size=12))
def test_a_few_answers_move_no_weight_further_than_they_bear(taught: list[Taught]) -> None:
    for old, new in zip(both(PRIOR), both(learned(taught)), strict=True):
        pull = len(taught) * REACH * sqrt(1 + len(old.terms))
        moved = [value - numbers(old)[name] for name, value in numbers(new).items()]
        assert hypot(*moved) <= pull / (MOST_OF_ONE_ANSWER * PRIOR_ANSWERS) + 5 * ROUNDING


@settings(max_examples=40)
@given(st.lists(answers, max_size=30))
def test_no_weight_ever_falls_below_zero(taught: list[Taught]) -> None:
    for model in both(learned(taught)):
        assert min(term.weight for term in model.terms.values()) >= 0


def test_answers_against_all_that_speaks_for_a_fit_leave_it_without_weight() -> None:
    contrary = [
        Taught(f"n{n}", standing(PRIOR.raw, spreads), read=False, fits=spreads < 0)
        for n in range(400)
        for spreads in (-2.0, 3.0)
    ]
    assert {term.weight for term in learned(contrary).raw.terms.values()} == {0.0}


@settings(max_examples=20)
@given(st.lists(answers, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(taught: list[Taught], chance: Random) -> None:
    shuffled = chance.sample(taught, len(taught))
    for one, other in zip(both(learned(taught)), both(learned(shuffled)), strict=True):
        for name, value in numbers(one).items():
            assert abs(value - numbers(other)[name]) <= 2 * ROUNDING


def test_three_answers_against_the_prior_move_a_score_by_less_than_a_quarter() -> None:
    good = standing(PRIOR.raw, 2)
    before = probability(PRIOR, good, read=False)
    refused = [Taught(f"n{n}", good, read=False, fits=False) for n in range(3)]
    after = probability(learned(refused), good, read=False)
    assert before - 0.25 < after < before


def test_many_answers_that_agree_move_a_score_far() -> None:
    good = standing(PRIOR.raw, 3)
    before = probability(PRIOR, good, read=False)
    moved = [
        probability(
            learned([Taught(f"n{n}", good, read=False, fits=fits) for n in range(1500)]),
            good,
            read=False,
        )
        for fits in (False, True)
    ]
    assert moved[0] < before / 3
    assert moved[1] > (1 + before) / 2


def test_what_people_decided_is_not_learned() -> None:
    taught = [
        Taught(f"n{n}", {**standing(PRIOR.raw, 1), **dict.fromkeys(DECIDED, 1.0)}, False, True)  # noqa: FBT003
        for n in range(50)
    ]
    assert not set(learned(taught).raw.terms) & set(DECIDED)
