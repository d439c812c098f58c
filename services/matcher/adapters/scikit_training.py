"""Learning the scorer from judged pairs, and how well it does on needs it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from services.matcher.adapters.scikit_scorer import LinearModel, Term
from services.matcher.domain import features as f
from services.matcher.domain.features import Features

RAW = (f.MEANING, f.SUBJECTS, f.RARE_WORDS, f.GOALS, f.MODES)
READ = (*RAW, f.QUESTIONS, f.BEST_QUESTION)
PENALTY = 1.0
FOLDS = 6


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Features of a need and a capability, and whether a reader found that they fit."""

    need_id: str
    capability_id: str
    features: Features
    fits: bool


def learned(pairs: Sequence[JudgedPair], names: Sequence[str]) -> LinearModel:
    """A model of `names` without negative weights: what would speak against is dropped."""
    kept = [name for name in names if any(name in pair.features for pair in pairs)]
    fits = np.array([pair.fits for pair in pairs])
    while True:
        values = np.array([[pair.features.get(name, np.nan) for name in kept] for pair in pairs])
        scale = StandardScaler().fit(values)
        filled = np.nan_to_num(scale.transform(values), nan=0.0)
        logistic = LogisticRegression(C=1 / PENALTY).fit(filled, fits)
        weights = logistic.coef_[0]
        if weights.min() >= 0:
            break
        kept.pop(int(weights.argmin()))
    numbers = zip(kept, weights, scale.mean_, scale.scale_, strict=True)
    terms = {name: _term(w, usual, spread) for name, w, usual, spread in numbers}
    return LinearModel(base=round(float(logistic.intercept_[0]), 4), terms=terms)


def unseen(
    pairs: Sequence[JudgedPair], names: Sequence[str]
) -> list[tuple[LinearModel, list[JudgedPair]]]:
    """For each fold of needs, a model learned from the others and the pairs to try it on."""
    groups = [pair.need_id for pair in pairs]
    folds = GroupKFold(FOLDS).split(np.zeros(len(pairs)), groups=groups)
    return [
        (learned([pairs[i] for i in seen], names), [pairs[i] for i in held_out])
        for seen, held_out in folds
    ]


def _term(weight: float, usual: float, spread: float) -> Term:
    return Term(
        weight=round(float(weight), 4), usual=round(float(usual), 4), spread=round(float(spread), 4)
    )
