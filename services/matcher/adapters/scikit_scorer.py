"""Features to a probability: logistic regressions in scikit-learn, kept as readable JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from services.matcher.domain.features import FEATURES, RESEARCH, Features
from services.matcher.domain.match import Contribution, Score


class Term(BaseModel):
    """One feature's part in a linear model: weight x (value - usual) / spread."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    weight: float
    usual: float
    spread: float


class LinearModel(BaseModel):
    """Log-odds of an average pair, and what each feature adds; absent features add nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    base: float
    terms: dict[str, Term]


class ScorerFile(BaseModel):
    """What `models/scorer.json` holds: one model for needs as typed, one for needs as read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    trained_with: str
    data_licence: str
    raw: LinearModel
    read: LinearModel


@dataclass(frozen=True, slots=True)
class ScikitScorer:
    """Scores rows of features with the model of their setting."""

    version: str
    raw: Pipeline
    read: Pipeline

    def score(self, rows: Sequence[Features], *, read: bool) -> list[Score]:
        """One score for each row."""
        if not rows:
            return []
        model = self.read if read else self.raw
        values = table(rows, usual=model.named_steps["scale"].mean_)
        probabilities = model.predict_proba(values)[:, 1]
        linear = model.named_steps["logistic"]
        added = model.named_steps["scale"].transform(values) * linear.coef_[0]
        base = float(linear.intercept_[0])
        return [
            Score(float(probability), base, _contributions(row, gains))
            for row, gains, probability in zip(rows, added, probabilities, strict=True)
        ]


def _contributions(row: Features, gains: NDArray[np.float64]) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(name, row[name], float(gain))
        for name, gain in zip(FEATURES, gains, strict=True)
        if name in row and gain
    )


def table(rows: Sequence[Features], *, usual: Sequence[float]) -> NDArray[np.float64]:
    """Rows of features as a matrix in the order of `FEATURES`; an absent one is as usual."""
    columns = list(zip(FEATURES, usual, strict=True))
    return np.array([[row.get(name, mean) for name, mean in columns] for row in rows])


def scorer_of(version: str, learned: ScorerFile, decided: Mapping[str, float]) -> ScikitScorer:
    """The scorer that a file describes, with the weights that people decided."""
    return ScikitScorer(version, pipeline(learned.raw, decided), pipeline(learned.read, decided))


def pipeline(model: LinearModel, decided: Mapping[str, float]) -> Pipeline:
    """A linear model as a fitted scikit-learn pipeline.

    A decided weight is what a feature adds between its least and its greatest value; the middle
    adds nothing, or the greatest where that is what is usual.
    """
    added = {
        name: Term(weight=weight, usual=1.0 if name == RESEARCH else 0.5, spread=1.0)
        for name, weight in decided.items()
    }
    terms = {**model.terms, **added}
    nothing = Term(weight=0.0, usual=0.0, spread=1.0)
    columns = [terms.get(name, nothing) for name in FEATURES]
    scale = StandardScaler()
    scale.mean_ = np.array([term.usual for term in columns])
    scale.scale_ = np.array([term.spread for term in columns])
    scale.n_features_in_ = len(FEATURES)
    logistic = LogisticRegression()
    logistic.classes_ = np.array([0, 1])
    logistic.coef_ = np.array([[term.weight for term in columns]])
    logistic.intercept_ = np.array([model.base])
    logistic.n_features_in_ = len(FEATURES)
    return Pipeline([("scale", scale), ("logistic", logistic)])
