"""Proposals in PostgreSQL."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.notifier.adapters.postgres_world import PostgresCapabilities, PostgresNeeds
from services.notifier.adapters.registers import (
    register_from_json,
    register_to_json,
    why_from_json,
    why_to_json,
)
from services.notifier.domain.people import Shown, Why
from services.notifier.domain.proposal import Proposal, Stage

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.runtime.postgres import Connection

ADD = """
insert into proposal (id, need_id, capability_id, researcher_id, organisation_id, stage,
                      research, need_side, why)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing returning true
"""
# The need's lock stands for all its proposals: two introductions cannot pass unseen.
LOCK_NEED = """
select 1 from need where id = (select need_id from proposal where id = $1) for update
"""
ONE = "select * from proposal where id = $1"
ONE_LOCKED = "select * from proposal where id = $1 for update"
SAVE = """
update proposal set stage = $2, research = $3, need_side = $4, next_moment = $5 where id = $1
"""
OPEN_ONES = {
    "need_id": """
        select id from proposal
        where need_id = $1 and stage in ('computed', 'approved', 'sent') order by id""",
    "capability_id": """
        select id from proposal
        where capability_id = $1 and stage in ('computed', 'approved', 'sent')
        order by need_id, id""",
    "party_id": """
        select id from proposal
        where (researcher_id = $1 or organisation_id = $1)
          and stage in ('computed', 'approved', 'sent')
        order by need_id, id""",
}
DUE = "select id from proposal where next_moment <= $1 order by next_moment limit $2"
NEXT_VERSION = "update proposal set facts = facts + 1 where id = $1 returning facts"
INTRODUCTIONS = "select count(*) from proposal where need_id = $1 and stage = 'introduced'"


class PostgresProposals:
    """The proposals and their lives."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def add(self, proposal: Proposal, why: Why) -> bool:
        """Keep a new one; False when it is known."""
        is_new = await self._connection.fetchval(
            ADD,
            proposal.id,
            proposal.need_id,
            proposal.capability_id,
            proposal.researcher_id,
            proposal.organisation_id,
            proposal.stage,
            register_to_json(proposal.research),
            register_to_json(proposal.need),
            why_to_json(why),
        )
        return bool(is_new)

    async def locked(self, proposal_id: UUID) -> Proposal | None:
        """A proposal that nobody else changes, nor others of its need, until the commit."""
        await self._connection.execute(LOCK_NEED, proposal_id)
        row = await self._connection.fetchrow(ONE_LOCKED, proposal_id)
        return None if row is None else proposal_from(row)

    async def save(self, proposal: Proposal, *, next_moment: datetime | None) -> None:
        """Write what changed."""
        await self._connection.execute(
            SAVE,
            proposal.id,
            proposal.stage,
            register_to_json(proposal.research),
            register_to_json(proposal.need),
            next_moment,
        )

    async def next_version(self, proposal_id: UUID) -> int:
        """Count one more fact about a proposal."""
        return int(await self._connection.fetchval(NEXT_VERSION, proposal_id))

    async def introductions_of(self, need_id: UUID) -> int:
        """How many introductions a need has led to."""
        return int(await self._connection.fetchval(INTRODUCTIONS, need_id))


class PostgresProposalSearch:
    """Finding proposals."""

    def __init__(self, connection: "Connection") -> None:
        """Read in the transaction that `connection` is in."""
        self._connection = connection

    async def open_ones(self, **of: UUID) -> list[UUID]:
        """Ids of the open ones with this `need_id`, `capability_id` or `party_id`."""
        ((what, value),) = of.items()
        return [row["id"] for row in await self._connection.fetch(OPEN_ONES[what], value)]

    async def due(self, now: datetime, *, at_most: int) -> list[UUID]:
        """Ids of those whose next moment has come."""
        return [row["id"] for row in await self._connection.fetch(DUE, now, at_most)]

    async def shown(self, proposal_id: UUID) -> Shown | None:
        """What may be shown of a proposal."""
        row = await self._connection.fetchrow(ONE, proposal_id)
        if row is None:
            return None
        proposal = proposal_from(row)
        need = await PostgresNeeds(self._connection).get(proposal.need_id)
        capability = await PostgresCapabilities(self._connection).get(proposal.capability_id)
        if need is None or capability is None:
            return None
        return Shown(proposal, need, capability, why_from_json(row["why"]))


def proposal_from(row: "Record") -> Proposal:
    """A proposal as it was stored."""
    return Proposal(
        id=row["id"],
        need_id=row["need_id"],
        capability_id=row["capability_id"],
        researcher_id=row["researcher_id"],
        organisation_id=row["organisation_id"],
        stage=Stage(row["stage"]),
        research=register_from_json(row["research"]),
        need=register_from_json(row["need_side"]),
    )
