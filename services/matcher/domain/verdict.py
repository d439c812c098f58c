"""Why one capability is, or is not, among those asked about a need."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matcher.domain.match import Contribution, Match

# What adds or takes less than this, in log-odds, is not worth a sentence.
WORTH_SAYING = 0.05


class Against(StrEnum):
    """What keeps a capability from being asked, as far as its score goes."""

    BELOW_LEAST = "below_least"
    OTHERS_FIRST = "others_first"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A match among all others of its need.

    Attributes:
        rank: From 1, the best.
        among: How many capabilities were compared.
        least_score: A match below it is never proposed.
        wave: How many are asked at a time.
        last_asked_score: What the last of the first wave scores.
    """

    match: Match
    rank: int
    among: int
    least_score: float
    wave: int
    last_asked_score: float

    @property
    def against(self) -> tuple[Against, ...]:
        """What stands against it; nothing if it is among the first who may be asked."""
        found = []
        if self.match.score < self.least_score:
            found.append(Against.BELOW_LEAST)
        if self.rank > self.wave:
            found.append(Against.OTHERS_FIRST)
        return tuple(found)

    @property
    def for_it(self) -> tuple[Contribution, ...]:
        """What speaks for the match, most first."""
        told = [c for c in self.match.contributions if c.contribution >= WORTH_SAYING]
        return tuple(sorted(told, key=lambda c: -c.contribution))

    @property
    def against_it(self) -> tuple[Contribution, ...]:
        """What speaks against the match, most first."""
        told = [c for c in self.match.contributions if c.contribution <= -WORTH_SAYING]
        return tuple(sorted(told, key=lambda c: c.contribution))


def verdict_on(
    capability_id: str, matches: Sequence[Match], *, least_score: float, wave: int
) -> Verdict:
    """The verdict on one among the matches of a need, which are given best first."""
    ids = [match.capability_id for match in matches]
    rank = ids.index(capability_id) + 1
    last_asked = matches[: min(wave, len(matches))][-1]
    return Verdict(matches[rank - 1], rank, len(matches), least_score, wave, last_asked.score)
