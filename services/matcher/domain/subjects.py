"""The research subjects that a need seems to be about, found by everyday words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain.representation import NeedRepresentation
from services.matcher.domain.vectors import Matrix

SHARPNESS = 12.0


@dataclass(frozen=True, slots=True)
class SubjectGuess:
    """A subject that a need seems to be about; the weights of several guesses sum to 1."""

    subject_id: str
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class SubjectSpace:
    """Every subject, as everyday French names it.

    Attributes:
        version: Changes when a number does.
        ids: The subjects, one a row.
        likely: 2 = organisations plausibly bring it, 1 = now and then, 0 = practically never.
        everyday: Centred vectors of names and expressions in French, shape (subjects, dimensions).
    """

    version: str
    ids: tuple[str, ...]
    likely: NDArray[np.uint8]
    everyday: Matrix

    def nearest(self, need: NeedRepresentation, at_most: int = 8) -> tuple[SubjectGuess, ...]:
        """The subjects that organisations bring nearest to a need, nearest first."""
        asked = np.vstack([need.whole[np.newaxis], need.question_vectors])
        nearness = (self.everyday @ asked.T).max(axis=1)
        nearness[self.likely == 0] = -np.inf
        # Equal nearness keeps the order of the rows, so that the order is total.
        rows = np.argsort(-nearness, kind="stable")[:at_most]
        rows = rows[np.isfinite(nearness[rows])]
        weights = np.exp(SHARPNESS * (nearness[rows] - nearness[rows].max(initial=-1.0)))
        return tuple(
            SubjectGuess(self.ids[row], float(weight))
            for row, weight in zip(rows, weights / weights.sum(), strict=True)
        )
