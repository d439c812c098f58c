"""A scored pair, and what each feature added to its score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp


class Grade(StrEnum):
    """What people read instead of a number."""

    EXCELLENT = "excellent"
    GOOD = "good"
    POSSIBLE = "possible"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least score of each grade; what is below the last is never proposed."""

    excellent: float
    good: float
    possible: float

    def grade(self, score: float) -> Grade:
        """The grade of a score."""
        if score >= self.excellent:
            return Grade.EXCELLENT
        if score >= self.good:
            return Grade.GOOD
        return Grade.POSSIBLE if score >= self.possible else Grade.WEAK


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature added to the score, in log-odds."""

    feature: str
    value: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Score:
    """A probability and where it comes from: base plus contributions are its log-odds."""

    probability: float
    base: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a score was computed from, so that another model can be tried on it later.

    Attributes:
        values: The features by name, those too that added nothing.
        read: Whether the need was restated as questions: another model is used then.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    read: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A need and a capability with their score.

    Attributes:
        score: From 0 to 1; sigmoid of base plus the sum of the contributions.
        base: Log-odds of an average pair.
    """

    need_id: str
    capability_id: str
    score: float
    grade: Grade
    base: float
    contributions: tuple[Contribution, ...]
    model_version: str
    inputs: Inputs = field(default_factory=Inputs)


def sigmoid(log_odds: float) -> float:
    """The probability that log-odds stand for."""
    if log_odds < 0:
        return 1 - sigmoid(-log_odds)
    return 1 / (1 + exp(-log_odds))


def best_first(matches: Iterable[Match]) -> list[Match]:
    """By falling score; among equals by id, so that the order is total."""
    return sorted(matches, key=lambda match: (-match.score, match.need_id, match.capability_id))


def shares(contributions: Iterable[Contribution]) -> dict[str, float]:
    """The share of each feature in what speaks for a match; they sum to 1, or to 0 if none does."""
    gains = {c.feature: max(0.0, c.contribution) for c in contributions}
    total = sum(gains.values())
    return {feature: gain / total if total else 0.0 for feature, gain in gains.items()}
