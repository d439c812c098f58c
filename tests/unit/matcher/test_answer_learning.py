"""Models learned from answers, as documents."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.matcher.adapters.answer_fitting import Taught
from services.matcher.adapters.answer_learning import data_digest
from services.matcher.adapters.answer_quality import quality_of, unseen_probabilities
from services.matcher.adapters.model_document import digest_of, document_of, model_from, scorer_in
from services.matcher.application.model_ports import UnreadableModelError
from tests.support.builders_models import (
    NO_TIME,
    NOON,
    NOT_MINE,
    PRIOR,
    YES,
    a_learner,
    an_example,
    answers_that_agree,
    reversed_order,
)

EXAMPLES = answers_that_agree(needs=12)
MODEL = a_learner().learn(EXAMPLES, None, NOON)


def test_the_same_answers_give_the_same_model_in_any_order() -> None:
    again = a_learner().learn(reversed_order(EXAMPLES), None, NOON)
    assert again.version == MODEL.version
    assert again.scorer == MODEL.scorer


def test_a_model_says_what_it_was_learned_from() -> None:
    assert MODEL.version.startswith("answers-24.")
    assert (MODEL.parent, MODEL.feature_set, MODEL.prior_answers) == ("shipped-1", "features-1", 20)
    assert (MODEL.data.fits, MODEL.data.misfits, MODEL.data.needs) == (12, 12, 12)
    assert MODEL.data.until == max(example.heard_at for example in EXAMPLES)


def test_answers_that_say_nothing_about_fit_are_counted_and_not_learned_from() -> None:
    silent = [an_example(f"need {n}", "busy", NO_TIME) for n in range(9)]
    model = a_learner().learn([*EXAMPLES, *silent], None, NOON)
    assert (model.data.answers, model.data.fits + model.data.misfits) == (33, 24)
    assert model.scorer == MODEL.scorer


def test_the_digest_of_data_changes_with_any_answer() -> None:
    assert data_digest(reversed_order(EXAMPLES)) == data_digest(EXAMPLES)
    changed = [replace(EXAMPLES[0], answer=NO_TIME), *EXAMPLES[1:]]
    assert data_digest(changed) != data_digest(EXAMPLES)


def test_answers_that_agree_are_learned_for_needs_not_seen() -> None:
    assert MODEL.held_out
    assert MODEL.held_out.beside == "shipped-1"
    assert MODEL.held_out.candidate.log_loss < MODEL.held_out.current.log_loss
    assert MODEL.held_out.candidate.ndcg_at_10 == MODEL.held_out.current.ndcg_at_10 == 1.0


def test_the_model_in_use_is_measured_without_the_needs_that_it_saw() -> None:
    same = a_learner().learn(EXAMPLES, MODEL, NOON)
    assert same.held_out
    assert same.held_out.beside == MODEL.version
    assert same.held_out.candidate == same.held_out.current


def test_the_model_in_use_knows_only_what_it_was_learned_from() -> None:
    before = a_learner().learn(EXAMPLES[:8], None, NOON)
    after = a_learner().learn(EXAMPLES, before, NOON)
    assert after.held_out
    assert after.held_out.candidate.log_loss < after.held_out.current.log_loss


def test_one_need_cannot_be_held_out() -> None:
    assert a_learner().learn(EXAMPLES[:2], None, NOON).held_out is None


def test_each_answer_is_tried_on_a_model_that_saw_none_about_its_need() -> None:
    answers = [Taught(f"need {n % 5}", {}, read=False, fits=True) for n in range(15)]

    def learned(seen: list[int]) -> Callable[[list[Taught]], list[float]]:
        known = {answers[number].need_id for number in seen}
        return lambda tried: [float(one.need_id in known) for one in tried]

    assert unseen_probabilities(answers, 3, learned) == [0.0] * 15  # type: ignore[arg-type]


def test_quality_is_computed_as_defined() -> None:
    fits = (True, False, True, False)
    answers = [
        Taught(need, {}, read=False, fits=fit) for need, fit in zip("aabc", fits, strict=True)
    ]
    found = quality_of(answers, [0.9, 0.1, 0.5, 0.5])
    assert found.ndcg_at_10 == 1.0
    assert found.log_loss == pytest.approx((2 * 0.1053605 + 2 * 0.6931472) / 4)
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.25 + 0.25) / 4)
    assert found.calibration_error == pytest.approx((0.1 + 0.1 + 0.0) / 4)


def test_answers_of_one_kind_have_no_order() -> None:
    answers = [Taught("a", {}, read=False, fits=True)] * 2
    assert quality_of(answers, [0.5, 0.6]).ndcg_at_10 is None


def test_a_document_is_read_back_as_it_was() -> None:
    read = model_from(MODEL.version, document_of(MODEL))
    assert read == MODEL
    assert scorer_in(read) != PRIOR


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(document_of(MODEL)), **fields})


def with_raw(**fields: object) -> str:
    told = json.loads(document_of(MODEL))
    told["scorer"]["raw"].update(fields)
    return json.dumps(told)


def with_term(name: str, **fields: float) -> str:
    told: dict[str, Any] = json.loads(document_of(MODEL))
    terms = told["scorer"]["raw"]["terms"]
    usual = next(iter(terms.values()))
    terms[name] = {**terms.get(name, usual), **fields}
    return json.dumps(told)


FIRST = next(iter(PRIOR.raw.terms))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "is no model"),
        ("[]", "format"),
        (changed(format=2), "format"),
        (changed(data=None), "is no model"),
        (changed(scorer={"code": "cos\nsystem\n"}), "is no model"),
        (changed(prior_answers=1), "was changed"),
        (with_raw(base=9.0), "was changed"),
        (with_term("shoe_size"), "features that are not: shoe_size"),
        (with_term(FIRST, weight=-1.0), "weights that no model may have"),
        (with_term(FIRST, spread=0.0), "weights that no model may have"),
        (with_term(FIRST, weight=float("nan")), "model"),
    ],
)
def test_what_is_not_what_was_learned_is_not_read(document: str, said: str) -> None:
    with pytest.raises(UnreadableModelError, match=said):
        model_from(MODEL.version, document)


def test_a_document_under_another_name_is_not_read() -> None:
    with pytest.raises(UnreadableModelError, match="was changed"):
        model_from(f"answers-1.{digest_of(MODEL)}", document_of(MODEL))


def test_examples_of_both_kinds_are_told_apart() -> None:
    assert {example.answer for example in EXAMPLES} == {YES, NOT_MINE}
