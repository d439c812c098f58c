"""What the matcher keeps, in memory; it passes the same suite as PostgreSQL does."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.matcher.application.store_ports import (
    CapabilitySheet,
    Count,
    Desk,
    NeedSheet,
    NewProposal,
    Situation,
)
from services.matcher.domain.capability import Capability
from services.matcher.domain.eligibility import AskingRules, Candidate
from services.matcher.domain.need import Need
from services.matcher.domain.proposal import ProposalState
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.vectors import Vector
from services.matcher.domain.waves import Progress, free_places
from tests.support.fakes_matching_facts import FakeFacts, FakeOutbox
from tests.support.fakes_matching_readings import FakeReadings
from tests.support.fakes_matching_tables import Row, Tables


@dataclass
class FakeAgenda:
    store: Tables

    async def mark(self, need_ids: Sequence[UUID]) -> None:
        for key in need_ids:
            if key in self.store.marks:
                self.store.marks[key].marked += 1

    async def wake(self, rules: AskingRules) -> None:
        states = {key: await FakeAllocation(self.store).situation(key) for key in self.store.needs}
        await self.mark([key for key, now in states.items() if now and _free(now, rules)])

    async def next_due(self, model: str, now: datetime, *, patience_s: float) -> UUID | None:
        offered = self.store.offered()
        waiting = any(not self.store.is_current(key, model) for key in offered)
        if waiting and patience_s > 0:
            return None
        for key, marks in self.store.marks.items():
            again = marks.look_again_at
            due = marks.marked > marks.settled or (again is not None and again <= now)
            if due and self.store.needs[key].is_open and self.store.need_is_current(key, model):
                return key
        return None

    async def settle(self, need_id: UUID, *, mark: int, look_again_at: datetime | None) -> None:
        marks = self.store.marks[need_id]
        marks.settled = max(marks.settled, mark)
        marks.look_again_at = look_again_at

    async def on_watch(self) -> int:
        return sum(
            marks.look_again_at is not None and self.store.needs[key].is_open
            for key, marks in self.store.marks.items()
        )


def _free(now: Situation, rules: AskingRules) -> bool:
    progress = Progress(now.open_proposals, now.introductions)
    return now.is_open and free_places(progress, rules) > 0


@dataclass
class FakeWaiting:
    store: Tables

    async def needs(self, model: str, *, at_most: int) -> list[Need]:
        return self._needs(model)[:at_most]

    def _needs(self, model: str) -> list[Need]:
        return [
            heard.need
            for key, heard in self.store.needs.items()
            if heard.is_open and not self.store.need_is_current(key, model)
        ]

    async def capabilities(self, model: str, *, at_most: int) -> list[Capability]:
        return self._capabilities(model)[:at_most]

    def _capabilities(self, model: str) -> list[Capability]:
        return [
            self.store.capabilities[key].capability
            for key in self.store.offered()
            if not self.store.is_current(key, model)
        ]

    async def keep_needs(self, done: Sequence[NeedRepresentation]) -> None:
        for one in done:
            known = self.store.needs.get(UUID(one.need.need_id))
            if known and known.need == one.need:
                self.store.need_representations[UUID(one.need.need_id)] = one

    async def keep_capabilities(self, done: Sequence[CapabilityRepresentation]) -> None:
        for one in done:
            key = UUID(one.capability.capability_id)
            known = self.store.capabilities.get(key)
            if known and known.capability == one.capability:
                self.store.representations[key] = one

    async def count(self, model: str) -> Count:
        return Count(len(self._needs(model)), len(self._capabilities(model)))


@dataclass
class FakeLibrary:
    store: Tables

    async def need(self, need_id: UUID, model: str) -> NeedSheet | None:
        heard = self.store.needs.get(need_id)
        if heard is None or not self.store.need_is_current(need_id, model):
            return None
        representation = self.store.need_representations[need_id]
        mark = self.store.marks[need_id].marked
        return NeedSheet(representation, heard.organisation_id, heard.version, mark)

    def _represented(self, model: str) -> list[UUID]:
        return [key for key in self.store.offered() if self.store.is_current(key, model)]

    async def near(self, vector: Vector, model: str, *, at_most: int) -> list[UUID]:
        kept = self.store.representations
        found = self._represented(model)
        return sorted(found, key=lambda key: -float(kept[key].whole @ vector))[:at_most]

    async def sharing(self, stems: Sequence[str], model: str, *, at_most: int) -> list[UUID]:
        shared = {
            key: len(set(stems) & set(self.store.representations[key].stems))
            for key in self._represented(model)
        }
        return sorted((key for key in shared if shared[key]), key=lambda key: -shared[key])[
            :at_most
        ]

    async def capabilities(self, ids: Sequence[UUID], model: str) -> list[CapabilitySheet]:
        heard = self.store.capabilities
        return [
            CapabilitySheet(self.store.representations[key], heard[key].version)
            for key in self._represented(model)
            if key in ids
        ]


@dataclass
class FakeAllocation:
    store: Tables
    holds: bool = False

    async def lock(self, need_id: UUID) -> None:
        await self.store.deciding.acquire()
        self.holds = True

    async def situation(self, need_id: UUID) -> Situation | None:
        heard = self.store.needs.get(need_id)
        if heard is None:
            return None
        mine = [row for row in self.store.proposals.values() if row.need_id == need_id]
        return Situation(
            heard.version,
            heard.is_open,
            open_proposals=sum(row.state is ProposalState.OPEN for row in mine),
            introductions=sum(row.state is ProposalState.INTRODUCED for row in mine),
            proposals=len(mine),
            waves=max((row.wave for row in mine), default=0),
        )

    async def candidates(
        self, need_id: UUID, capability_ids: Sequence[UUID], *, month_began: datetime
    ) -> list[Candidate]:
        found = []
        for key in sorted(set(capability_ids) & set(self.store.capabilities)):
            heard = self.store.capabilities[key]
            mine = [
                row
                for row in self.store.proposals.values()
                if row.researcher_id == heard.researcher_id
            ]
            silences = [row.silent_at for row in mine if row.silent_at]
            found.append(
                Candidate(
                    str(key),
                    str(heard.researcher_id),
                    score=0.0,
                    standing=heard.standing,
                    paused_until=heard.paused_until,
                    max_open=heard.max_open,
                    max_per_month=heard.max_per_month,
                    open_proposals=sum(row.state is ProposalState.OPEN for row in mine),
                    proposals_this_month=sum(row.at > month_began for row in mine),
                    asked_before=any(row.need_id == need_id for row in mine),
                    last_silence=max(silences, default=None),
                )
            )
        return found

    async def record(self, proposal: NewProposal) -> None:
        self.store.proposals.setdefault(
            proposal.proposal_id,
            Row(
                proposal.proposal_id,
                proposal.need_id,
                proposal.capability_id,
                proposal.researcher_id,
                proposal.wave,
                ProposalState.OPEN,
                proposal.at,
                grounds=proposal.grounds,
            ),
        )


class FakeStore(Tables):
    """Desks on tables in memory."""

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Desk, None]:
        allocation = FakeAllocation(self)
        try:
            yield Desk(
                FakeFacts(self),
                FakeAgenda(self),
                FakeWaiting(self),
                FakeLibrary(self),
                allocation,
                FakeReadings(self),
                FakeOutbox(self),
            )
        finally:
            if allocation.holds:
                self.deciding.release()
