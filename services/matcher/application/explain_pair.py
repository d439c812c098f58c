"""Saying why one capability is, or is not, among the first for a need, from files alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.application.account_for import Judged
from services.matcher.application.explain_match import ExplainMatch
from services.matcher.application.ports import Told
from services.matcher.application.represent import Represent
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.domain.capability import Capability
from services.matcher.domain.eligibility import AskingRules
from services.matcher.domain.need import Need
from services.matcher.domain.verdict import verdict_on


@dataclass(frozen=True, slots=True)
class ExplainPair:
    """Compare one capability with all others, with the code that serves the service."""

    represent: Represent
    score: ScoreMatches
    explain: ExplainMatch
    rules: AskingRules

    def __call__(
        self,
        need: Need,
        capability: Capability,
        among: Sequence[Capability],
        told: Told | None = None,
    ) -> Judged:
        """How a capability, one of `among`, matches a need."""
        offers = self.represent.capabilities(among, told)
        (offer,) = (offer for offer in offers if offer.capability == capability)
        wanted = self.represent.need(need)
        verdict = verdict_on(
            capability.capability_id,
            self.score(wanted, offers),
            least_score=self.rules.least_score,
            wave=self.rules.wave,
        )
        reasons = tuple(self.explain(wanted, offer, verdict.match))
        return Judged(need.title, capability.title, verdict, reasons)
