"""What was heard of proposals and of needs on watch, in PostgreSQL."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.profiles.adapters.rows import proposal_from
from services.profiles.domain.progress import Proposal

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

HEARD_OF = """
insert into proposal (id, need_id, capability_id) values ($1, $2, $3) on conflict do nothing
"""
SAVE = """
update proposal set research_sent_at = $2, need_sent_at = $3, research_answer = $4,
       need_answer = $5, introduced_at = $6, over = $7
where id = $1
"""
PROPOSED = """
insert into watch (need_id, proposed_at) values ($1, $2)
on conflict (need_id) do update
set proposed_at = greatest(watch.proposed_at, excluded.proposed_at)
"""
UNMATCHED = """
insert into watch (need_id, unmatched_at) values ($1, $2)
on conflict (need_id) do update
set unmatched_at = greatest(watch.unmatched_at, excluded.unmatched_at)
"""
SINCE = """
select need_id, unmatched_at from watch
where need_id = any($1) and unmatched_at >= coalesce(proposed_at, '-infinity')
"""


class PostgresProposals:
    """What was heard of proposals, in a transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work on `connection`."""
        self._connection = connection

    async def get(self, proposal_id: UUID, *, need_id: UUID, capability_id: UUID) -> Proposal:
        """A proposal, new where nothing was heard of it, locked until this transaction ends."""
        await self._connection.execute(HEARD_OF, proposal_id, need_id, capability_id)
        row = await self._connection.fetchrow(
            "select * from proposal where id = $1 for update", proposal_id
        )
        return proposal_from(row)

    async def save(self, proposal: Proposal) -> None:
        """Keep a changed proposal."""
        await self._connection.execute(
            SAVE,
            proposal.id,
            proposal.research_sent_at,
            proposal.need_sent_at,
            proposal.research_answer,
            proposal.need_answer,
            proposal.introduced_at,
            proposal.over,
        )

    async def for_needs(self, need_ids: Iterable[UUID]) -> list[Proposal]:
        """The proposals that concern some needs."""
        rows = await self._connection.fetch(
            "select * from proposal where need_id = any($1)", list(need_ids)
        )
        return [proposal_from(row) for row in rows]

    async def for_capabilities(self, capability_ids: Iterable[UUID]) -> list[Proposal]:
        """The proposals that concern some capabilities."""
        rows = await self._connection.fetch(
            "select * from proposal where capability_id = any($1)", list(capability_ids)
        )
        return [proposal_from(row) for row in rows]


class PostgresWatch:
    """Needs on watch, in a transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work on `connection`."""
        self._connection = connection

    async def proposed(self, need_id: UUID, at: datetime) -> None:
        """Somebody was chosen for a need."""
        await self._connection.execute(PROPOSED, need_id, at)

    async def unmatched(self, need_id: UUID, at: datetime) -> None:
        """Nobody could be chosen for a need."""
        await self._connection.execute(UNMATCHED, need_id, at)

    async def since(self, need_ids: Iterable[UUID]) -> Mapping[UUID, datetime]:
        """Since when each of the needs on watch is there; others are absent."""
        rows = await self._connection.fetch(SINCE, list(need_ids))
        return {row["need_id"]: row["unmatched_at"] for row in rows}

    async def erase(self, need_id: UUID) -> None:
        """Forget that a need was there."""
        await self._connection.execute("delete from watch where need_id = $1", need_id)
