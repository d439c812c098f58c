"""Trying a model beside the one in use: same pairs, same rules, and nobody is asked."""

from dataclasses import dataclass, replace

from services.matcher.application.ports import Scorer
from services.matcher.application.propose_researchers import Decided
from services.matcher.domain.eligibility import AskingRules
from services.matcher.domain.shadow import Beside, first_overlap, ordered, rank_correlation
from services.matcher.domain.waves import next_wave


@dataclass(frozen=True, slots=True)
class TryInShadow:
    """Say how far another model would have decided otherwise; changes nothing."""

    rules: AskingRules

    def __call__(self, decided: Decided, tried: Scorer) -> Beside:
        """Compare on what was decided, from the features that were kept with it."""
        used = {key: match.score for key, match in decided.matches.items()}
        scores = self._scores(decided, tried)
        order, other = ordered(used), ordered(scores)
        candidates = [replace(one, score=scores[one.capability_id]) for one in decided.candidates]
        wave = next_wave(candidates, decided.progress, self.rules, decided.at)
        asked = {one.researcher_id for one in decided.asked}
        return Beside(
            needs=1,
            correlation=rank_correlation(order, other),
            overlap=first_overlap(order, other),
            others=len({one.researcher_id for one in wave.asked} - asked),
            asked=len(asked),
        )

    def _scores(self, decided: Decided, tried: Scorer) -> dict[str, float]:
        keys = list(decided.matches)
        inputs = [decided.matches[key].inputs for key in keys]
        read = any(one.read for one in inputs)  # one need: all or none
        scored = tried.score([one.values for one in inputs], read=read)
        return {key: score.probability for key, score in zip(keys, scored, strict=True)}
