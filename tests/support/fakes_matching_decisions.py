"""What was decided before, read from the tables in memory."""

from dataclasses import dataclass
from uuid import UUID

from services.matcher.application.account_for import Decision
from tests.support.fakes_matching_tables import Tables


@dataclass(frozen=True, slots=True)
class FakeDecisions:
    store: Tables

    async def about(self, need_id: UUID, capability_id: UUID) -> list[Decision]:
        rows = [
            row
            for row in self.store.proposals.values()
            if (row.need_id, row.capability_id) == (need_id, capability_id)
        ]
        ordered = sorted(rows, key=lambda row: (row.at, row.proposal_id))
        return [Decision(row.wave, row.state, row.at, row.grounds) for row in ordered]
