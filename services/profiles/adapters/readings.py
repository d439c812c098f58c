"""What the matcher told about needs, and what facilitators did, in PostgreSQL."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from services.profiles.adapters.rows import reading_from
from services.profiles.application.ports import Deed
from services.profiles.domain.facilitator import Facilitator
from services.profiles.domain.reading import Reading

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

HEAR = """
insert into reading (need_id, need_version, number, guesses, answered)
values ($1, $2, $3, $4, $5)
on conflict (need_id) do update
set need_version = excluded.need_version, number = excluded.number,
    guesses = excluded.guesses, answered = excluded.answered
where (reading.need_version, reading.number) < (excluded.need_version, excluded.number)
"""
INVITE = """
insert into facilitator (id, name) values ($1, $2)
on conflict (id) do update set name = facilitator.name returning (epoch, name)
"""
REVOKE = "update facilitator set epoch = epoch + 1 where id = $1 returning true"
RECORD = "insert into facilitation (at, who, need_id, what, n) values ($1, $2, $3, $4, $5)"


class PostgresReadings:
    """What the matcher told about needs, in a transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work on `connection`."""
        self._connection = connection

    async def hear(self, reading: Reading) -> None:
        """Keep a reading, unless a newer one is known."""
        lists = (list(reading.guesses), list(reading.answered))
        await self._connection.execute(HEAR, reading.need_id, *reading.place, *lists)

    async def erase(self, need_id: UUID) -> None:
        """Forget what was told about a need."""
        await self._connection.execute("delete from reading where need_id = $1", need_id)

    async def of(self, need_ids: Iterable[UUID]) -> Mapping[UUID, Reading]:
        """The newest reading of each need; those never read are absent."""
        rows = await self._connection.fetch(
            "select * from reading where need_id = any($1)", list(need_ids)
        )
        return {row["need_id"]: reading_from(row) for row in rows}


class PostgresFacilitators:
    """Who was invited as a facilitator, in a transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work on `connection`."""
        self._connection = connection

    async def invite(self, facilitator_id: UUID, name: str) -> Facilitator:
        """Someone, known from now on; whoever is known stays as they are."""
        epoch, kept = await self._connection.fetchval(INVITE, facilitator_id, name)
        return Facilitator(facilitator_id, kept, epoch)

    async def get(self, facilitator_id: UUID) -> Facilitator | None:
        """Someone who was invited."""
        row = await self._connection.fetchrow(
            "select * from facilitator where id = $1", facilitator_id
        )
        return None if row is None else Facilitator(row["id"], row["name"], row["epoch"])

    async def revoke(self, facilitator_id: UUID) -> bool:
        """Raise the epoch; False where nobody has this id."""
        revoked = await self._connection.fetchval(REVOKE, facilitator_id)
        return bool(revoked)


class PostgresFacilitation:
    """Who of the facilitators did what, in a transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work on `connection`."""
        self._connection = connection

    async def record(self, deed: Deed) -> None:
        """Write it down for ever."""
        await self._connection.execute(RECORD, deed.at, deed.who, deed.need_id, deed.what, deed.n)

    async def of(self, need_id: UUID) -> list[Deed]:
        """What was done with a need, in order."""
        rows = await self._connection.fetch(
            "select at, who, need_id, what, n from facilitation where need_id = $1 order by id",
            need_id,
        )
        return [Deed(**dict(row)) for row in rows]
