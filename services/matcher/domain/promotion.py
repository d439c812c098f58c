"""When a learned model may take the place of the one in use."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a model did on answers about needs that it had not seen.

    Attributes:
        ndcg_at_10: Of the order, over needs with answers of both kinds; none where there are none.
        log_loss: Mean of -log(probability of what was answered); lower is better.
        brier: Mean squared difference of probability and answer; lower is better.
        calibration_error: Expected, over ten bins: how far probabilities are from frequencies.
    """

    ndcg_at_10: float | None
    log_loss: float
    brier: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Two models on the same answers, each learned without the needs that these are about.

    Attributes:
        beside: Version of the model in use when it was measured.
    """

    beside: str
    answers: int
    needs: int
    candidate: Quality
    current: Quality


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """What people decided: how many answers it takes, and how much worse is still as good.

    Attributes:
        least_answers: Answers that teach, at least.
        least_needs: Needs that they are about, at least.
        order_may_fall: By how much nDCG@10 may be lower.
        log_loss_may_rise: By how much the log-loss may be higher.
        calibration_may_rise: By how much the calibration error may be higher.
    """

    least_answers: int
    least_needs: int
    order_may_fall: float
    log_loss_may_rise: float
    calibration_may_rise: float


def objections(measured: HeldOut | None, in_use: str, rule: PromotionRule) -> list[str]:
    """Why a model must not be promoted, as sentences; none when it may."""
    if measured is None:
        return ["too few needs to hold any out"]
    return [*_of_amount(measured, rule), *_of_age(measured, in_use), *_of_quality(measured, rule)]


def _of_amount(measured: HeldOut, rule: PromotionRule) -> Iterator[str]:
    if measured.answers < rule.least_answers:
        yield f"{measured.answers} answers that teach; {rule.least_answers} are needed"
    if measured.needs < rule.least_needs:
        yield f"answers about {measured.needs} needs; {rule.least_needs} are needed"


def _of_age(measured: HeldOut, in_use: str) -> Iterator[str]:
    if measured.beside != in_use:
        yield f"measured beside {measured.beside}, but {in_use} is in use: train again"


def _of_quality(measured: HeldOut, rule: PromotionRule) -> Iterator[str]:
    new, old = measured.candidate, measured.current
    if new.ndcg_at_10 is not None and old.ndcg_at_10 is not None:
        fallen = old.ndcg_at_10 - new.ndcg_at_10
        if fallen > rule.order_may_fall:
            yield f"nDCG@10 falls from {old.ndcg_at_10:.3f} to {new.ndcg_at_10:.3f}"
    if new.log_loss - old.log_loss > rule.log_loss_may_rise:
        yield f"the log-loss rises from {old.log_loss:.4f} to {new.log_loss:.4f}"
    if new.calibration_error - old.calibration_error > rule.calibration_may_rise:
        before, after = old.calibration_error, new.calibration_error
        yield f"the calibration error rises from {before:.3f} to {after:.3f}"
