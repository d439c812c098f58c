"""Learning the scorer from judged pairs, and how well it does on needs it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from services.matcher.adapters.scikit_scorer import LinearModel, Term
from services.matcher.domain import features as f
from services.matcher.domain.features import Features

RAW = (
    f.MEANING,
    f.ADAPTED,
    f.SUBJECTS,
    f.SHARED_SUBJECTS,
    f.RARE_WORDS,
    f.GOALS,
    f.MODES,
)
READ = (*RAW, f.QUESTIONS, f.BEST_QUESTION)
PENALTY = 1.0
FOLDS = 6
# How many pairs of each need calibration looks at.
SEEN_FIRST = 10
BARELY = 1e-3
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Features of a need and a capability, and whether a reader found that they fit."""

    need_id: str
    capability_id: str
    features: Features
    fits: bool


def learned(pairs: Sequence[JudgedPair], names: Sequence[str]) -> LinearModel:
    """A calibrated model of `names`, without negative weights.

    Learned from all pairs, it is too sure of those that it puts first, and these are the ones that
    people see. So it is tried on needs that it has not seen, and a second logistic regression
    (Platt 1999) learns from their best pairs how far to believe it.
    """
    tried = [_best(_fitted(seen, names), held_out) for seen, held_out in _folds(pairs)]
    said = np.concatenate([scores for scores, _ in tried])
    fits = np.concatenate([found for _, found in tried])
    model = _fitted(pairs, names)
    if fits.all() or not fits.any():
        return model
    believed = LogisticRegression(C=1 / BARELY).fit(said[:, np.newaxis], fits)
    slope, shift = float(believed.coef_[0, 0]), float(believed.intercept_[0])
    # A slope of zero or less would say that the order is worth nothing: then it is left alone.
    return _scaled(model, slope, shift) if slope > 0 else model


def _scaled(model: LinearModel, slope: float, shift: float) -> LinearModel:
    terms = {
        name: term.model_copy(update={"weight": round(term.weight * slope, 4)})
        for name, term in model.terms.items()
    }
    return LinearModel(base=round(model.base * slope + shift, 4), terms=terms)


def _best(model: LinearModel, pairs: Sequence[JudgedPair]) -> tuple[Floats, NDArray[np.bool_]]:
    """Log-odds of the best pairs of each need, and which of them fit."""
    by_need: dict[str, list[tuple[float, bool]]] = {}
    for pair in pairs:
        found = (log_odds(model, pair.features), pair.fits)
        by_need.setdefault(pair.need_id, []).append(found)
    # Only needs that somebody can answer: the others are not about how well pairs are told apart.
    answered = [found for found in by_need.values() if any(fits for _, fits in found)]
    best = [one for found in answered for one in sorted(found, reverse=True)[:SEEN_FIRST]]
    return np.array([said for said, _ in best]), np.array([fits for _, fits in best], dtype=bool)


def log_odds(model: LinearModel, features: Features) -> float:
    """What a model says of a pair; an absent feature adds nothing."""
    return model.base + sum(
        term.weight * (features[name] - term.usual) / term.spread
        for name, term in model.terms.items()
        if name in features
    )


def _fitted(pairs: Sequence[JudgedPair], names: Sequence[str]) -> LinearModel:
    """A logistic regression; a feature that would speak against a fit is dropped."""
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


def _folds(pairs: Sequence[JudgedPair]) -> list[tuple[list[JudgedPair], list[JudgedPair]]]:
    groups = [pair.need_id for pair in pairs]
    folds = GroupKFold(min(FOLDS, len(set(groups)))).split(np.zeros(len(pairs)), groups=groups)
    return [([pairs[i] for i in seen], [pairs[i] for i in out]) for seen, out in folds]


def unseen(
    pairs: Sequence[JudgedPair], names: Sequence[str], *, calibrated: bool = True
) -> list[tuple[LinearModel, list[JudgedPair]]]:
    """For each fold of needs, a model learned from the others and the pairs to try it on.

    Without calibration, which takes seven times as long, a need's order is the same.
    """
    learn = learned if calibrated else _fitted
    return [(learn(seen, names), held_out) for seen, held_out in _folds(pairs)]


def _term(weight: float, usual: float, spread: float) -> Term:
    return Term(
        weight=round(float(weight), 4), usual=round(float(usual), 4), spread=round(float(spread), 4)
    )
