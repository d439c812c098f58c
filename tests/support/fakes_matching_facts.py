"""What others told the matcher, in memory."""

from dataclasses import dataclass
from uuid import UUID

from services.matcher.application.store_ports import (
    HeardCapability,
    HeardNeed,
    Kept,
    ProposalNews,
)
from services.matcher.application.tell_matches import told_as
from services.matcher.domain.proposal import ProposalState, after
from tests.support.fakes_matching_tables import Marks, Row, Tables, Told


@dataclass
class FakeOutbox:
    store: Tables

    async def put(self, event: Told) -> None:
        self.store.told.setdefault(event.id, event)


@dataclass
class FakeFacts:
    store: Tables

    async def keep_need(self, heard: HeardNeed) -> bool:
        key = UUID(heard.need.need_id)
        known = self.store.needs.get(key)
        if key in self.store.erased or (known and known.version >= heard.version):
            return False
        self.store.needs[key] = heard
        self.store.marks.setdefault(key, Marks())
        return True

    async def keep_capability(self, heard: HeardCapability, *, model: str) -> Kept:
        key = UUID(heard.capability.capability_id)
        known = self.store.capabilities.get(key)
        if key in self.store.erased or (known and known.version >= heard.version):
            return Kept.NOTHING
        self.store.capabilities[key] = heard
        return Kept.READY if self.store.is_current(key, model) else Kept.TO_REPRESENT

    async def keep_proposal(self, news: ProposalNews) -> bool:
        known = self.store.proposals.get(news.proposal_id)
        silent_at = news.at if news.silent else None
        if known is None:
            ids = (news.proposal_id, news.need_id, news.capability_id, news.researcher_id)
            self.store.proposals[news.proposal_id] = Row(*ids, 0, news.state, news.at, silent_at)
            return True
        if news.answer is not None and known.grounds is not None:
            known.answer = news.answer.more_telling(known.answer or news.answer)
        state = after(known.state, news.state)
        if state is known.state:
            return False
        known.state, known.silent_at = state, silent_at or known.silent_at
        return True

    async def forget_need(self, need_id: UUID) -> None:
        self.store.erased.add(need_id)
        store = self.store
        for table in (store.needs, store.marks, store.need_representations, store.readings):
            table.pop(need_id, None)
        for row in self.store.proposals.values():
            if row.need_id == need_id:
                row.grounds = row.answer = None
        mine = [e.id for e in self.store.told.values() if e.key == str(need_id)]
        for event_id in mine:
            del self.store.told[event_id]

    async def forget_capability(self, capability_id: UUID) -> list[UUID]:
        self.store.erased.add(capability_id)
        self.store.capabilities.pop(capability_id, None)
        self.store.representations.pop(capability_id, None)
        losing = []
        for row in self.store.proposals.values():
            if row.capability_id == capability_id:
                row.grounds = row.answer = None
                self.store.told.pop(told_as(row.proposal_id), None)
                if row.state is ProposalState.OPEN:
                    row.state = ProposalState.WITHDRAWN
                    losing.append(row.need_id)
        return losing
