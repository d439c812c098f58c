"""Who was asked what, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.matcher.adapters.postgres_codec import GROUNDS
from services.matcher.application.store_ports import NewProposal, Situation
from services.matcher.domain.eligibility import Candidate, Standing

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

DECIDING = 0x77617665
SITUATION = """
select n.version, n.is_open,
       count(*) filter (where p.state = 'open') as open_proposals,
       count(*) filter (where p.state = 'introduced') as introductions,
       count(p.proposal_id) as proposals, coalesce(max(p.wave), 0) as waves
from need n left join proposal p using (need_id)
where n.need_id = $1 group by n.need_id
"""
CANDIDATES = """
with busy as (
    select researcher_id,
           count(*) filter (where state = 'open') as open_proposals,
           count(*) filter (where proposed_at > $3) as this_month,
           bool_or(need_id = $1) as asked_before,
           max(silent_at) as last_silence
    from proposal
    where researcher_id in (
        select researcher_id from capability where capability_id = any($2::uuid[])
    )
    group by researcher_id
)
select c.capability_id, c.researcher_id, c.standing, c.paused_until, c.max_open, c.max_per_month,
       coalesce(b.open_proposals, 0) as open_proposals, coalesce(b.this_month, 0) as this_month,
       coalesce(b.asked_before, false) as asked_before, b.last_silence
from capability c left join busy b using (researcher_id)
where c.capability_id = any($2::uuid[]) order by c.capability_id
"""
RECORD = """
insert into proposal (proposal_id, need_id, capability_id, researcher_id, wave, state,
                      proposed_at, grounds)
values ($1, $2, $3, $4, $5, 'open', $6, $7) on conflict (proposal_id) do nothing
"""


class PostgresAllocation:
    """Proposals and how busy people are, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def lock(self, need_id: UUID) -> None:
        """Wait until no one else decides, and hold the need: until the end of the transaction."""
        await self._connection.execute("select pg_advisory_xact_lock($1)", DECIDING)
        await self._connection.execute("select from need where need_id = $1 for update", need_id)

    async def situation(self, need_id: UUID) -> Situation | None:
        """Where a need stands now."""
        row = await self._connection.fetchrow(SITUATION, need_id)
        return None if row is None else Situation(**row)

    async def candidates(
        self, need_id: UUID, capability_ids: Sequence[UUID], *, month_began: datetime
    ) -> list[Candidate]:
        """How busy their researchers are, counted over all needs; score 0."""
        rows = await self._connection.fetch(CANDIDATES, need_id, capability_ids, month_began)
        return [
            Candidate(
                str(row["capability_id"]),
                str(row["researcher_id"]),
                score=0.0,
                standing=Standing(row["standing"]),
                paused_until=row["paused_until"],
                max_open=row["max_open"],
                max_per_month=row["max_per_month"],
                open_proposals=row["open_proposals"],
                proposals_this_month=row["this_month"],
                asked_before=row["asked_before"],
                last_silence=row["last_silence"],
            )
            for row in rows
        ]

    async def record(self, proposal: NewProposal) -> None:
        """Keep a proposal as open."""
        await self._connection.execute(
            RECORD,
            proposal.proposal_id,
            proposal.need_id,
            proposal.capability_id,
            proposal.researcher_id,
            proposal.wave,
            proposal.at,
            GROUNDS.dump_json(proposal.grounds).decode(),
        )
