"""Answered proposals and learned models, with sensible contents."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.matcher.adapters.answer_learning import AnswerLearner
from services.matcher.adapters.model_files import read_scorer, read_weights
from services.matcher.application.model_ports import Example
from services.matcher.domain.answer import Answer, Outcome
from services.matcher.domain.promotion import HeldOut, PromotionRule, Quality
from tests.support.builders_events import an_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRIOR = read_scorer()
YES = Answer(Outcome.ACCEPTED)
NOT_MINE = Answer(Outcome.DECLINED, "out_of_field")
NO_TIME = Answer(Outcome.DECLINED, "no_capacity")
RULE = PromotionRule(10, 5, 0.01, 0.0, 0.05)


def a_learner(*, prior_answers: float = 20, feature_set: str = "features-1") -> AnswerLearner:
    added = read_weights().added
    return AnswerLearner(PRIOR, "shipped-1", added, feature_set, prior_answers, folds=4)


def standing(spreads: float) -> dict[str, float]:
    """Features that all are so many spreads from the usual, for a need as typed."""
    return {name: term.usual + spreads * term.spread for name, term in PRIOR.raw.terms.items()}


def an_example(
    need: str, name: str, answer: Answer, *, spreads: float = 1.0, hour: int = 0
) -> Example:
    return Example(
        an_id(f"proposal/{need}/{name}"),
        an_id(f"need/{need}"),
        an_id(f"capability/{name}"),
        standing(spreads),
        read=False,
        model_version="shipped-1",
        answer=answer,
        heard_at=NOON + timedelta(hours=hour),
    )


def answers_that_agree(needs: int) -> list[Example]:
    """Of each need's two proposals the nearer fits; probabilities of the shipped model are off."""
    return [
        an_example(f"need {number}", name, answer, spreads=spreads, hour=number)
        for number in range(needs)
        for name, answer, spreads in (("near", YES, 1.0), ("far", NOT_MINE, 0.5))
    ]


def a_quality(**changed: float | None) -> Quality:
    usual: dict[str, float | None] = {
        "ndcg_at_10": 0.8,
        "log_loss": 0.6,
        "brier": 0.2,
        "calibration_error": 0.1,
    }
    return Quality(**{**usual, **changed})  # type: ignore[arg-type]  # only the first may be None


def held_out(
    candidate: Quality | None = None, *, answers: int = 40, needs: int = 20, beside: str = "old"
) -> HeldOut:
    return HeldOut(beside, answers, needs, candidate or a_quality(), a_quality())


def reversed_order(examples: Sequence[Example]) -> list[Example]:
    return list(reversed(examples))
