"""Who is asked next about a need, and how many at a time."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.matcher.domain.eligibility import AskingRules, Candidate, Obstacle, obstacle


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a need stands: proposals not yet decided, and introductions made."""

    open_proposals: int = 0
    introductions: int = 0


@dataclass(frozen=True, slots=True)
class Wave:
    """Whom to ask now, best first, and why the others are not asked.

    Attributes:
        places: How many could have been asked.
        obstacles: How many candidates each obstacle held back.
    """

    asked: tuple[Candidate, ...]
    places: int
    obstacles: Counter[Obstacle] = field(default_factory=Counter)

    @property
    def is_short(self) -> bool:
        """Whether places stay empty for want of anyone to ask."""
        return len(self.asked) < self.places


def free_places(progress: Progress, rules: AskingRules) -> int:
    """How many more may be asked: an open proposal and an introduction each take a place."""
    if progress.introductions >= rules.enough:
        return 0
    return max(0, rules.wave - progress.open_proposals - progress.introductions)


def next_wave(
    candidates: Iterable[Candidate], progress: Progress, rules: AskingRules, now: datetime
) -> Wave:
    """The best who may be asked; nobody twice, even with several capabilities."""
    places = free_places(progress, rules)
    free: list[Candidate] = []
    obstacles: Counter[Obstacle] = Counter()
    for candidate in candidates:
        held_back = obstacle(candidate, rules, now)
        if held_back is None:
            free.append(candidate)
        else:
            obstacles[held_back] += 1
    return Wave(tuple(_best_of_each(free)[:places]), places, obstacles)


def _best_of_each(candidates: list[Candidate]) -> list[Candidate]:
    """The best candidate of each researcher; among equals the less busy goes first."""
    ordered = sorted(candidates, key=_rank)
    best = {candidate.researcher_id: candidate for candidate in reversed(ordered)}
    return sorted(best.values(), key=_rank)


def _rank(candidate: Candidate) -> tuple[float, int, int, str, str]:
    return (
        -candidate.score,
        candidate.open_proposals,
        candidate.proposals_this_month,
        candidate.researcher_id,
        candidate.capability_id,
    )
