"""Which needs should be looked at, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.matcher.domain.eligibility import AskingRules

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

# Rows are locked in one order, so that two processes that mark needs never wait in a circle.
MARK = """
update need set marked = marked + 1,
    marked_at = case when marked = settled then clock_timestamp() else marked_at end
where need_id in (select need_id from need where need_id = any($1::uuid[]) order by 1 for update)
"""
WAKE = """
select n.need_id from need n where n.is_open and (
    select count(*) filter (where state = 'introduced') < $2
       and count(*) filter (where state in ('open', 'introduced')) < $1
    from proposal p where p.need_id = n.need_id
)
"""
# A need that fails again and again goes behind those not tried yet.
NEXT_DUE = """
update need set tried_at = clock_timestamp() where need_id = (
    select n.need_id from need n join need_representation r using (need_id)
    where n.is_open and r.digest = n.digest and r.model = $1
      and (n.marked > n.settled or n.look_again_at <= $2)
      and (
        n.marked_at < clock_timestamp() - make_interval(secs => $3)
        or not exists (
            select from capability c left join capability_representation r using (capability_id)
            where c.standing <> 'retired'
              and (r.digest is distinct from c.digest or r.model is distinct from $1)
        )
      )
    order by n.tried_at nulls first, n.marked_at, n.need_id
    limit 1 for update of n skip locked
)
returning need_id
"""
SETTLE = """
update need set settled = greatest(settled, $2), look_again_at = $3, tried_at = null
where need_id = $1
"""
ON_WATCH = "select count(*) from need where is_open and look_again_at is not null"


class PostgresAgenda:
    """Marks and the watch list, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def mark(self, need_ids: Sequence[UUID]) -> None:
        """Have needs looked at."""
        await self._connection.execute(MARK, need_ids)

    async def wake(self, rules: AskingRules) -> None:
        """Have every open need with a free place looked at."""
        rows = await self._connection.fetch(WAKE, rules.wave, rules.enough)
        await self.mark([row["need_id"] for row in rows])

    async def next_due(self, model: str, now: datetime, *, patience_s: float) -> UUID | None:
        """The represented need to look at now: marked, or on watch until `now`."""
        found: UUID | None = await self._connection.fetchval(NEXT_DUE, model, now, patience_s)
        return found

    async def settle(self, need_id: UUID, *, mark: int, look_again_at: datetime | None) -> None:
        """The marks up to `mark` were dealt with; with a time, the need is on watch until then."""
        await self._connection.execute(SETTLE, need_id, mark, look_again_at)

    async def on_watch(self) -> int:
        """How many open needs are on watch."""
        return int(await self._connection.fetchval(ON_WATCH))
