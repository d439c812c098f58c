"""Ranking capabilities for needs from files, without a server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.matcher.application.explain_match import ExplainMatch, Reason
from services.matcher.application.ports import Told
from services.matcher.application.represent import Represent
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.domain.capability import Capability
from services.matcher.domain.match import Match
from services.matcher.domain.need import Need


@dataclass(frozen=True, slots=True)
class Ranked:
    """One proposal of a ranking; its reasons are empty when none were asked for."""

    match: Match
    rank: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class RankOffline:
    """Rank every capability for every need, with the code that serves the service."""

    represent: Represent
    score: ScoreMatches
    explain: ExplainMatch

    def __call__(
        self,
        needs: Sequence[Need],
        capabilities: Sequence[Capability],
        *,
        top: int,
        explain: bool,
        told: Told | None = None,
    ) -> Iterator[list[Ranked]]:
        """The best `top` of each need, need by need."""
        offers = self.represent.capabilities(capabilities, told)
        by_id = {offer.capability.capability_id: offer for offer in offers}
        for wanted in self.represent.needs(needs, quoting=explain, told=told):
            matches = self.score(wanted, offers)[:top]
            yield [
                Ranked(
                    match,
                    rank,
                    tuple(self.explain(wanted, by_id[match.capability_id], match))
                    if explain
                    else (),
                )
                for rank, match in enumerate(matches, start=1)
            ]
