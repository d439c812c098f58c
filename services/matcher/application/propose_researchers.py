"""Choosing whom to ask about a need, and telling it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.matcher.application.explain_match import ExplainMatch
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.application.store_ports import (
    Begin,
    CapabilitySheet,
    Desk,
    Grounds,
    NeedSheet,
    NewProposal,
    Situation,
)
from services.matcher.application.tell_matches import proposed, unmatched
from services.matcher.domain.eligibility import AskingRules, Candidate
from services.matcher.domain.match import Match
from services.matcher.domain.waves import Progress, free_places, next_wave
from shared.contracts.delivery import Clock
from shared.contracts.event import derived_id
from shared.contracts.matches import Reason

MONTH = timedelta(days=30)
RARE_STEMS = 12


@dataclass(frozen=True, slots=True)
class Search:
    """How candidates are found and how long the watch sleeps.

    Attributes:
        candidates: Found at most by each way of searching.
        look_again_after: When a need with empty places is looked at again by itself: people get
            free of their caps, pauses and rests without anything being told.
        feature_set: What the features of a match mean.
    """

    model: str
    candidates: int = 300
    look_again_after: timedelta = timedelta(hours=1)
    feature_set: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A need with its matches and what they were computed from."""

    need: NeedSheet
    sheets: dict[str, CapabilitySheet]
    matches: dict[str, Match]


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """Whom a need's matches let be asked, and all that it was decided on."""

    matches: Mapping[str, Match]
    candidates: Sequence[Candidate]
    progress: Progress
    asked: tuple[Candidate, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposeResearchers:
    """Fill a need's free places with the best who may be asked, or put it on watch."""

    begin: Begin
    score: ScoreMatches
    explain: ExplainMatch
    rules: AskingRules
    search: Search
    clock: Clock

    async def __call__(self, need_id: UUID) -> list[float]:
        """Ask the next wave; returns the scores of those asked."""
        decided = await self.decide(need_id)
        return [asked.score for asked in decided.asked] if decided else []

    async def decide(self, need_id: UUID) -> Decided | None:
        """Ask the next wave; none where there was nobody to choose.

        Scores are computed before anyone else has to wait; who is asked is decided under a lock
        that all processes share, so that nobody is asked more often than they allow.
        """
        async with self.begin() as desk:
            need = await desk.library.need(need_id, self.search.model)
            if need is None:
                return None
            situation = await desk.allocation.situation(need_id)
            sheets = await self._found(desk, need) if self._has_places(situation) else []
        scored = await asyncio.to_thread(self._scored, need, sheets)
        async with self.begin() as desk:
            await desk.allocation.lock(need_id)
            return await self._decide(desk, need_id, scored)

    def _has_places(self, situation: Situation | None) -> bool:
        return (
            situation is not None
            and situation.is_open
            and free_places(_progress(situation), self.rules) > 0
        )

    async def _found(self, desk: Desk, need: NeedSheet) -> list[CapabilitySheet]:
        wanted, search = need.representation, self.search
        found: set[UUID] = set()
        for vector in (wanted.whole, *wanted.question_vectors):
            found.update(await desk.library.near(vector, search.model, at_most=search.candidates))
        rare = self.score.rarity.rarest(wanted.stems, at_most=RARE_STEMS)
        found.update(await desk.library.sharing(rare, search.model, at_most=search.candidates))
        return await desk.library.capabilities(sorted(found), search.model)

    def _scored(self, need: NeedSheet, sheets: Sequence[CapabilitySheet]) -> Scored:
        matches = self.score(need.representation, [sheet.representation for sheet in sheets])
        return Scored(
            need,
            {sheet.representation.capability.capability_id: sheet for sheet in sheets},
            {match.capability_id: match for match in matches},
        )

    async def _decide(self, desk: Desk, need_id: UUID, scored: Scored) -> Decided | None:
        now = self.clock()
        situation = await desk.allocation.situation(need_id)
        if situation is None or situation.version != scored.need.version:
            return None  # erased or told anew meanwhile: it is marked for that
        if not self._has_places(situation):
            await desk.agenda.settle(need_id, mark=scored.need.mark, look_again_at=None)
            return None
        candidates = await self._candidates(desk, need_id, scored, now)
        progress = _progress(situation)
        wave = next_wave(candidates, progress, self.rules, now)
        for asked in wave.asked:
            await self._ask(desk, scored, asked, situation.waves + 1, now)
        if wave.is_short:
            await desk.outbox.put(
                unmatched(need_id, situation, wave, candidates=len(candidates), at=now)
            )
        later = now + self.search.look_again_after if wave.is_short else None
        await desk.agenda.settle(need_id, mark=scored.need.mark, look_again_at=later)
        return Decided(scored.matches, candidates, progress, wave.asked, now)

    async def _candidates(
        self, desk: Desk, need_id: UUID, scored: Scored, now: datetime
    ) -> list[Candidate]:
        found = await desk.allocation.candidates(
            need_id, [UUID(key) for key in sorted(scored.matches)], month_began=now - MONTH
        )
        return [replace(one, score=scored.matches[one.capability_id].score) for one in found]

    async def _ask(
        self, desk: Desk, scored: Scored, asked: Candidate, wave: int, now: datetime
    ) -> None:
        match, sheet = scored.matches[asked.capability_id], scored.sheets[asked.capability_id]
        need = scored.need.representation
        reasons = await asyncio.to_thread(self.explain, need, sheet.representation, match)
        need_id, researcher_id = UUID(match.need_id), UUID(asked.researcher_id)
        proposal = NewProposal(
            derived_id(need_id, "proposal", researcher_id),
            need_id,
            UUID(asked.capability_id),
            researcher_id,
            wave,
            now,
            Grounds(
                scored.need.version,
                sheet.version,
                need.version,
                match,
                tuple(Reason.model_validate(reason, from_attributes=True) for reason in reasons),
                self.search.feature_set,
            ),
        )
        await desk.allocation.record(proposal)
        await desk.outbox.put(proposed(proposal, scored.need.organisation_id))


def _progress(situation: Situation) -> Progress:
    return Progress(situation.open_proposals, situation.introductions)
