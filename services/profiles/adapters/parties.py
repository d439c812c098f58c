"""Parties in PostgreSQL."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from services.profiles.adapters.rows import CONTACT, as_json, party_from
from services.profiles.domain.party import Party, Side

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

ADD = """
insert into party (id, side, email_key, contact, verified, epoch, version)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning true
"""
SAVE = """
update party set email_key = $2, contact = $3, verified = $4, epoch = $5, version = $6
where id = $1
"""
ERASE = """
update party set email_key = null, version = version + 1,
       contact = '{"person": "", "body_name": "", "email": "", "phone": "", "language": "fr"}'
where id = $1
"""


class PostgresParties:
    """Who declared something, in a transaction."""

    def __init__(self, connection: "Connection", *, lock: str) -> None:
        """Work on `connection`; `lock` ends each select of a row."""
        self._connection = connection
        self._lock = lock

    async def add(self, party: Party) -> bool:
        """Keep a new party; False where its side already has this address."""
        added = await self._connection.fetchval(
            ADD,
            party.id,
            party.side,
            party.contact.email_key,
            as_json(CONTACT, party.contact),
            party.verified,
            party.epoch,
            party.version,
        )
        return bool(added)

    async def get(self, party_id: UUID) -> Party | None:
        """A party, locked where this transaction may write."""
        row = await self._connection.fetchrow(
            f"select * from party where id = $1 {self._lock}",  # noqa: S608  # our own constant
            party_id,
        )
        return None if row is None else party_from(row)

    async def at(self, email_key: str, sides: Iterable[Side] = tuple(Side)) -> list[Party]:
        """The parties with an address, at most one a side."""
        rows = await self._connection.fetch(
            "select * from party where email_key = $1 and side = any($2)"  # noqa: S608  # constant
            f" order by side {self._lock}",
            email_key,
            list(sides),
        )
        return [party_from(row) for row in rows]

    async def save(self, party: Party) -> None:
        """Keep a changed party."""
        await self._connection.execute(
            SAVE,
            party.id,
            party.contact.email_key,
            as_json(CONTACT, party.contact),
            party.verified,
            party.epoch,
            party.version,
        )

    async def erase(self, party_id: UUID) -> None:
        """Forget all but the id."""
        await self._connection.execute(ERASE, party_id)

    async def remove(self, party_id: UUID) -> None:
        """Forget even the id."""
        await self._connection.execute("delete from party where id = $1", party_id)
