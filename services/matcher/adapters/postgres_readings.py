"""What was told of needs when they were read, in PostgreSQL."""

from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import TypeAdapter

from services.matcher.application.reading_ports import Guessed, Reading, Unread

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

GUESSES = TypeAdapter(tuple[Guessed, ...])
ANSWERED = TypeAdapter(tuple[bool, ...])
# In no order of their own: a need that fails again and again must not hide the others.
NEXT_UNREAD = """
select n.need_id, n.settled, n.settled >= n.marked as is_settled
from need n join need_representation r using (need_id)
left join reading d on d.need_id = n.need_id and d.need_version = n.version and d.model = $1
where n.is_open and r.digest = n.digest and r.model = $1
  and (d.need_id is null or (r.questions > 0 and d.looked < n.settled and n.settled >= n.marked))
order by d.need_id is not null, random() limit 1
"""
KEEP = """
insert into reading (need_id, need_version, number, model, looked, guesses, answered)
select need_id, version, $3, $4, $5, $6, $7 from need
where need_id = $1 and version = $2 and is_open for key share
on conflict (need_id) do update set
    need_version = excluded.need_version, number = excluded.number, model = excluded.model,
    looked = excluded.looked, guesses = excluded.guesses, answered = excluded.answered
where (reading.need_version, reading.number) < (excluded.need_version, excluded.number)
   or (
        (reading.need_version, reading.number) = (excluded.need_version, excluded.number)
        and (reading.looked < excluded.looked or reading.model <> excluded.model)
   )
returning true
"""


class PostgresReadings:
    """What was told of needs, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def next_unread(self, model: str) -> Unread | None:
        """An open need of whose version, model or choice nothing was told; new versions first."""
        row = await self._connection.fetchrow(NEXT_UNREAD, model)
        return Unread(row["need_id"], row["settled"], row["is_settled"]) if row else None

    async def latest(self, need_id: UUID) -> Reading | None:
        """What was told last."""
        row = await self._connection.fetchrow("select * from reading where need_id = $1", need_id)
        if row is None:
            return None
        return Reading(
            row["need_id"],
            row["need_version"],
            row["number"],
            row["model"],
            row["looked"],
            GUESSES.validate_json(row["guesses"]),
            ANSWERED.validate_json(row["answered"]),
        )

    async def keep(self, reading: Reading) -> bool:
        """Keep it unless the need changed, ended or was read meanwhile; whether it was kept."""
        kept = await self._connection.fetchval(
            KEEP,
            reading.need_id,
            reading.need_version,
            reading.number,
            reading.model,
            reading.looked,
            GUESSES.dump_json(reading.guesses).decode(),
            ANSWERED.dump_json(reading.answered).decode(),
        )
        return bool(kept)
