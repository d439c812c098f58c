"""Scoring a need against candidates."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.application.ports import Scorer
from services.matcher.domain.bridges import Bridges
from services.matcher.domain.features import asked, features_of
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.match import Inputs, Match, Thresholds, best_first
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation


@dataclass(frozen=True, slots=True)
class ScoreMatches:
    """Score pairs one by one: a score does not depend on the other candidates."""

    scorer: Scorer
    rarity: Rarity
    bridges: Bridges
    thresholds: Thresholds

    def __call__(
        self, need: NeedRepresentation, candidates: Sequence[CapabilityRepresentation]
    ) -> list[Match]:
        """The matches of a need, best first, in a total order."""
        wanted = asked(need, self.bridges)
        rows = [features_of(wanted, candidate, self.rarity) for candidate in candidates]
        read = bool(need.need.questions)
        scores = self.scorer.score(rows, read=read)
        return best_first(
            Match(
                need.need.need_id,
                candidate.capability.capability_id,
                score.probability,
                self.thresholds.grade(score.probability),
                score.base,
                score.contributions,
                self.scorer.version,
                Inputs(row, read=read),
            )
            for candidate, row, score in zip(candidates, rows, scores, strict=True)
        )
