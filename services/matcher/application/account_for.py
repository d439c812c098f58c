"""Accounting for a pair in the service: what was decided, and what would be decided now."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.matcher.application.explain_match import ExplainMatch, Reason
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.application.store_ports import (
    Begin,
    CapabilitySheet,
    Grounds,
    NeedSheet,
    Situation,
)
from services.matcher.domain.eligibility import AskingRules, Candidate, Obstacle, obstacle
from services.matcher.domain.proposal import ProposalState
from services.matcher.domain.verdict import Verdict, verdict_on
from services.matcher.domain.waves import Progress, free_places
from shared.contracts.delivery import Clock

MONTH = timedelta(days=30)
# Beyond these nearest ones a rank says little, and the whole library would have to be read.
COMPARED = 1000


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposal as it was decided; its grounds are gone where a text was erased."""

    wave: int
    state: ProposalState
    at: datetime
    grounds: Grounds | None


class Decisions(Protocol):
    """What was decided before."""

    async def about(self, need_id: UUID, capability_id: UUID) -> list[Decision]:
        """The proposals of a capability for a need, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair as it would be judged now."""

    need_title: str
    capability_title: str
    verdict: Verdict
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """All that can be said of a need and a capability.

    Attributes:
        judged: Nothing where one of the two is unknown, erased or not represented yet.
        obstacle: What keeps the researcher from being asked now.
        places: How many more may be asked about the need now; none where it is not open.
    """

    need_id: UUID
    capability_id: UUID
    judged: Judged | None
    obstacle: Obstacle | None
    places: int
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class AccountFor:
    """Tell how a pair was decided, and how it would be decided now; changes nothing."""

    begin: Begin
    decisions: Decisions
    score: ScoreMatches
    explain: ExplainMatch
    rules: AskingRules
    model: str
    clock: Clock

    async def __call__(self, need_id: UUID, capability_id: UUID) -> Account:
        """All that can be said; what is not known is left out."""
        now = self.clock()
        async with self.begin() as desk:
            situation = await desk.allocation.situation(need_id)
            need = await desk.library.need(need_id, self.model)
            near = (
                await desk.library.near(need.representation.whole, self.model, at_most=COMPARED)
                if need
                else []
            )
            ids = sorted({*near, capability_id})
            sheets = await desk.library.capabilities(ids, self.model)
            candidates = await desk.allocation.candidates(
                need_id, [capability_id], month_began=now - MONTH
            )
        judged = await asyncio.to_thread(self._judged, need, sheets, str(capability_id))
        return Account(
            need_id,
            capability_id,
            judged,
            self._obstacle(candidates, judged, now),
            self._places(situation),
            tuple(await self.decisions.about(need_id, capability_id)),
        )

    def _judged(
        self, need: NeedSheet | None, sheets: list[CapabilitySheet], capability_id: str
    ) -> Judged | None:
        offers = {one.representation.capability.capability_id: one.representation for one in sheets}
        offer = offers.get(capability_id)
        if need is None or offer is None:
            return None
        wanted = need.representation
        verdict = verdict_on(
            capability_id,
            self.score(wanted, list(offers.values())),
            least_score=self.rules.least_score,
            wave=self.rules.wave,
        )
        reasons = tuple(self.explain(wanted, offer, verdict.match))
        return Judged(wanted.need.title, offer.capability.title, verdict, reasons)

    def _obstacle(
        self, candidates: list[Candidate], judged: Judged | None, now: datetime
    ) -> Obstacle | None:
        score = judged.verdict.match.score if judged else 1.0
        found = [obstacle(replace(one, score=score), self.rules, now) for one in candidates]
        return found[0] if found else None

    def _places(self, situation: Situation | None) -> int:
        if situation is None or not situation.is_open:
            return 0
        progress = Progress(situation.open_proposals, situation.introductions)
        return free_places(progress, self.rules)
