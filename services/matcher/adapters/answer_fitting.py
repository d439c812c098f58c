"""Moving a linear model towards what people answered, no further than the answers bear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.matcher.adapters.scikit_scorer import LinearModel, ScorerFile, Term
from services.matcher.domain.features import Features

# An answer says most about a weight where both answers are as likely: p (1 - p) = 1 / 4.
MOST_OF_ONE_ANSWER = 0.25
REACH = 4.0
"""Spreads from the usual value beyond which a feature counts no more: one answer pulls so far."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Taught:
    """What one answer teaches."""

    need_id: str
    features: Features
    read: bool
    fits: bool


def taught_by(
    prior: ScorerFile,
    answers: Sequence[Taught],
    decided: Mapping[str, float],
    *,
    prior_answers: float,
) -> ScorerFile:
    """The prior, with both of its models moved by the answers to their kind of need.

    Base and weights are those most likely given the answers and a normal distribution around the
    prior's, as narrow as `prior_answers` answers would make it: answers about pairs like those
    that were asked about (a g-prior; Zellner 1986), and as many that say what one can at most
    about each weight alone. Weights stay at zero or above, so that a better fit never lowers a
    score. Without an answer the prior comes back as it was. What people decided is not learned.
    """

    def moved(model: LinearModel, *, read: bool) -> LinearModel:
        mine = [one for one in answers if one.read is read]
        return _moved(model, mine, decided, prior_answers) if mine else model

    moved_both = {"raw": moved(prior.raw, read=False), "read": moved(prior.read, read=True)}
    return prior.model_copy(update=moved_both)


def _moved(
    model: LinearModel,
    answers: Sequence[Taught],
    decided: Mapping[str, float],
    prior_answers: float,
) -> LinearModel:
    terms = {name: term for name, term in model.terms.items() if name not in decided}
    start = np.array([model.base, *(term.weight for term in terms.values())])
    rows = np.array([[1.0, *_standing(one.features, terms)] for one in answers])
    fixed = np.array([_decided(one.features, decided) for one in answers])
    fits = np.array([float(one.fits) for one in answers])
    precision = prior_answers * _information(rows, _likely(rows @ start + fixed))

    def cost(numbers: Numbers) -> tuple[float, Numbers]:
        log_odds = rows @ numbers + fixed
        away = numbers - start
        held = precision @ away
        loss = np.logaddexp(0, log_odds).sum() - fits @ log_odds + away @ held / 2
        return float(loss), rows.T @ (_likely(log_odds) - fits) + held

    bounds = [(None, None), *((0.0, None) for _ in terms)]
    base, *weights = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    new = {
        name: term.model_copy(update={"weight": round(float(weight), 4)})
        for (name, term), weight in zip(terms.items(), weights, strict=True)
    }
    return model.model_copy(update={"base": round(float(base), 4), "terms": {**model.terms, **new}})


def _information(rows: Numbers, likely: Numbers) -> Numbers:
    """What one answer says about the weights: on average here, and at most about each alone."""
    average = (rows.T * (likely * (1 - likely))) @ rows / len(rows)
    return average + MOST_OF_ONE_ANSWER * np.eye(rows.shape[1])


def _likely(log_odds: Numbers) -> Numbers:
    return np.exp(-np.logaddexp(0, -log_odds))


def _standing(features: Features, terms: Mapping[str, Term]) -> list[float]:
    """How many spreads from the usual each feature is; an absent one is as usual."""
    return [
        min(REACH, max(-REACH, (features[name] - term.usual) / term.spread))
        if name in features
        else 0.0
        for name, term in terms.items()
    ]


def _decided(features: Features, decided: Mapping[str, float]) -> float:
    """What the weights that people decided add; the middle adds nothing."""
    return sum(w * (features[name] - 0.5) for name, w in decided.items() if name in features)
