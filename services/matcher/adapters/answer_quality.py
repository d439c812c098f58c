"""How well models do on answers about needs that they have not seen."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import ndcg_score
from sklearn.model_selection import GroupKFold

from services.matcher.adapters.answer_fitting import Taught
from services.matcher.domain.promotion import Quality

BINS = 10
FIRST = 10
LEAST_NEEDS = 2
LEAST_PROBABILITY = 1e-9

Numbers = NDArray[np.float64]
Learned = Callable[[Sequence[int]], Callable[[Sequence[Taught]], list[float]]]
"""Makes, from the numbers of answers, a model that gives a probability for each answer."""


def unseen_probabilities(answers: Sequence[Taught], folds: int, learned: Learned) -> list[float]:
    """The probability of each answer by a model that saw none about the same need."""
    found = [0.0] * len(answers)
    for seen, held_out in _folds(answers, folds):
        probabilities = learned(seen)([answers[number] for number in held_out])
        for number, probability in zip(held_out, probabilities, strict=True):
            found[number] = probability
    return found


def can_be_held_out(answers: Sequence[Taught]) -> bool:
    """Whether there are enough needs to leave some out."""
    return len({one.need_id for one in answers}) >= LEAST_NEEDS


def _folds(answers: Sequence[Taught], folds: int) -> Iterator[tuple[list[int], list[int]]]:
    groups = [one.need_id for one in answers]
    splits = GroupKFold(min(folds, len(set(groups))))
    for seen, held_out in splits.split(np.zeros(len(groups)), groups=groups):
        yield seen.tolist(), held_out.tolist()


def quality_of(answers: Sequence[Taught], probabilities: Sequence[float]) -> Quality:
    """Order within needs, sharpness and honesty of probabilities."""
    fits = np.array([float(one.fits) for one in answers])
    found = np.array(probabilities)
    certain = np.clip(found, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    losses = -(fits * np.log(certain) + (1 - fits) * np.log(1 - certain))
    return Quality(
        ndcg_at_10=_order(answers, fits, found),
        log_loss=float(losses.mean()),
        brier=float(((found - fits) ** 2).mean()),
        calibration_error=_calibration_error(fits, found),
    )


def _order(answers: Sequence[Taught], fits: Numbers, found: Numbers) -> float | None:
    rows: dict[str, list[int]] = {}
    for number, one in enumerate(answers):
        rows.setdefault(one.need_id, []).append(number)
    both = [mine for mine in rows.values() if len({fits[number] for number in mine}) > 1]
    each = [ndcg_score([fits[mine]], [found[mine]], k=FIRST) for mine in both]
    return float(np.mean(each)) if each else None


def _calibration_error(fits: Numbers, found: Numbers) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((found * BINS).astype(int), BINS - 1)
    apart = [abs((found[bins == b] - fits[bins == b]).sum()) for b in np.unique(bins)]
    return float(sum(apart) / len(found))
