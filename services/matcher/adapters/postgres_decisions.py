"""What was decided about a pair before, in PostgreSQL."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.matcher.adapters.postgres_codec import GROUNDS
from services.matcher.application.account_for import Decision
from services.matcher.domain.proposal import ProposalState

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

ABOUT = """
select wave, state, proposed_at, grounds from proposal
where need_id = $1 and capability_id = $2 order by proposed_at, proposal_id
"""


class PostgresDecisions:
    """Proposals with the grounds that were kept with them."""

    def __init__(self, pool: "Database") -> None:
        """Read from a pool; nothing is written."""
        self._pool = pool

    async def about(self, need_id: UUID, capability_id: UUID) -> list[Decision]:
        """The proposals of a capability for a need, oldest first."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(ABOUT, need_id, capability_id)
        return [
            Decision(
                row["wave"],
                ProposalState(row["state"]),
                row["proposed_at"],
                GROUNDS.validate_json(row["grounds"]) if row["grounds"] else None,
            )
            for row in rows
        ]
