"""The research subjects that a need seems to be about, found by everyday words."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain.representation import NeedRepresentation
from services.matcher.domain.vectors import Matrix, Vector, unit

SHARPNESS = 12.0
# Narrow: a handful of subjects speaks for a text.
TEMPERATURE = 0.025
# What is compared subject by subject: so many, less sharply weighed.
SHARED, SHARED_TEMPERATURE = 20, 0.05
TICKED = 2.0


@dataclass(frozen=True, slots=True)
class SubjectGuess:
    """A subject that a need seems to be about; the weights of several guesses sum to 1."""

    subject_id: str
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The subjects of a need.

    Attributes:
        subjects: Their English vectors, shape (subjects, dimensions).
        weights: How much each counts; they sum to 1.
    """

    subjects: Matrix
    weights: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SubjectSpace:
    """Every subject twice: as everyday French names it, and in the English of research.

    Attributes:
        version: Changes when a number does.
        ids: The subjects, one a row.
        likely: 2 = organisations plausibly bring it, 1 = now and then, 0 = practically never.
        everyday: Centred vectors of names and expressions in French, shape (subjects, dimensions).
        research: Centred vectors of labels and keywords in English, in the same order.
    """

    version: str
    ids: tuple[str, ...]
    likely: NDArray[np.uint8]
    everyday: Matrix
    research: Matrix

    def in_research_words(self, text: Vector, ticked: Collection[str] = ()) -> Vector:
        """What a text may be called in research: the English vector of its subjects.

        Subjects weigh by how near their everyday words are; those that people ticked weigh TICKED
        times as much as all that are guessed.
        """
        guessed = _softmax(self._nearness(text), TEMPERATURE) @ self.research
        chosen = self.research[self._rows(ticked)]
        return unit(guessed + TICKED * chosen.mean(axis=0) if len(chosen) else guessed)

    def profile(self, text: Vector, ticked: Collection[str] = ()) -> Profile:
        """The subjects nearest to a text, and those that people ticked."""
        nearness, chosen = self._nearness(text), self._rows(ticked)
        rows = np.argsort(-nearness, kind="stable")[:SHARED]
        weights = list(_softmax(nearness[rows], SHARED_TEMPERATURE))
        weights += [TICKED / len(chosen) for _ in chosen]
        shares = np.array(weights, dtype=np.float32) / (1 + TICKED * bool(chosen))
        return Profile(self.research[[*rows, *chosen]], shares.astype(np.float32))

    def shared(self, profile: Profile, capability: Vector) -> float:
        """How much more a capability is about a need's subjects than about any: 0 or more.

        Counted in standard deviations over all subjects, from one on: what is common is nothing.
        """
        spread = float(np.sqrt(capability @ self._covariance @ capability))
        beyond = profile.subjects @ capability / (spread or 1.0) - 1
        return float(np.maximum(beyond, 0) @ profile.weights)

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

    @cached_property
    def _covariance(self) -> Matrix:
        return np.asarray(self.research.T @ self.research / len(self.research), dtype=np.float32)

    def _nearness(self, text: Vector) -> NDArray[np.float32]:
        return np.where(self.likely > 0, self.everyday @ text, -np.inf).astype(np.float32)

    def _rows(self, ticked: Collection[str]) -> list[int]:
        return [self.ids.index(one) for one in ticked if one in self.ids]


def _softmax(nearness: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    weights = np.exp((nearness - nearness.max()) / temperature)
    return np.asarray(weights / weights.sum(), dtype=np.float32)
