"""Needs and capabilities in PostgreSQL."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.profiles.adapters.rows import (
    CAPABILITY_FACETS,
    CAPABILITY_TEXT,
    CONTACT,
    NEED_FACETS,
    NEED_TEXT,
    QUESTIONS,
    TICKS,
    as_json,
    capability_from,
    need_from,
    status_of,
)
from services.profiles.application.ports import Due
from services.profiles.domain.capability import Capability
from services.profiles.domain.need import Need

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

ADD_NEED = """
insert into need (id, party_id, status, status_at, language, declared, text, facets, public_text,
                  subjects, questions, version, submitted_at, confirmed_at, published_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (id) do nothing returning true
"""
SAVE_NEED = """
update need set status = $2, status_at = $3, declared = $4, text = $5, facets = $6,
       public_text = $7, subjects = $8, questions = $9, version = $10, confirmed_at = $11,
       published_at = $12
where id = $1
"""
ADD_CAPABILITY = """
insert into capability (id, party_id, status, status_at, language, declared, text, facets,
                        public_text, version, submitted_at, confirmed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (id) do nothing returning true
"""
SAVE_CAPABILITY = """
update capability set status = $2, status_at = $3, declared = $4, text = $5, facets = $6,
       public_text = $7, version = $8, confirmed_at = $9
where id = $1
"""
PUBLISHED = """
select * from need where status = 'published' order by published_at desc, id limit $1
"""
UNCONFIRMED = """
select id, party_id from {table} where status = 'submitted' and status_at <= $1
order by status_at limit 100
"""


class PostgresNeeds:
    """The needs, in a transaction."""

    def __init__(self, connection: "Connection", *, lock: str) -> None:
        """Work on `connection`; `lock` ends each select of a row."""
        self._connection = connection
        self._lock = lock

    async def add(self, need: Need) -> bool:
        """Keep a new need; False where it is known already."""
        status, at = status_of(need.life)
        added = await self._connection.fetchval(
            ADD_NEED,
            need.id,
            need.party_id,
            status,
            at,
            need.language,
            *_need_json(need),
            need.version,
            need.submitted_at,
            need.confirmed_at,
            need.published_at,
        )
        return bool(added)

    async def get(self, need_id: UUID) -> Need | None:
        """A need, locked where this transaction may write."""
        row = await self._connection.fetchrow(
            f"select * from need where id = $1 {self._lock}",  # noqa: S608  # our own constant
            need_id,
        )
        return None if row is None else need_from(row)

    async def of(self, party_id: UUID) -> list[Need]:
        """A party's needs, the newest first."""
        rows = await self._connection.fetch(
            "select * from need where party_id = $1 order by submitted_at desc, id", party_id
        )
        return [need_from(row) for row in rows]

    async def published(self, *, at_most: int) -> list[Need]:
        """The needs that may be matched, the newest first."""
        rows = await self._connection.fetch(PUBLISHED, at_most)
        return [need_from(row) for row in rows]

    async def save(self, need: Need) -> None:
        """Keep a changed need."""
        await self._connection.execute(
            SAVE_NEED,
            need.id,
            *status_of(need.life),
            *_need_json(need),
            need.version,
            need.confirmed_at,
            need.published_at,
        )

    async def unconfirmed(self, *, asked_before: datetime) -> list[Due]:
        """Some needs whose confirmation was asked for before a moment."""
        rows = await self._connection.fetch(UNCONFIRMED.format(table="need"), asked_before)
        return [Due(row["id"], row["party_id"]) for row in rows]

    async def remove(self, need_id: UUID) -> None:
        """Forget a need."""
        await self._connection.execute("delete from need where id = $1", need_id)


class PostgresCapabilities:
    """The capabilities, in a transaction."""

    def __init__(self, connection: "Connection", *, lock: str) -> None:
        """Work on `connection`; `lock` ends each select of a row."""
        self._connection = connection
        self._lock = lock

    async def add(self, capability: Capability) -> bool:
        """Keep a new capability; False where it is known already."""
        status, at = status_of(capability.life)
        added = await self._connection.fetchval(
            ADD_CAPABILITY,
            capability.id,
            capability.party_id,
            status,
            at,
            capability.language,
            *_capability_json(capability),
            capability.version,
            capability.submitted_at,
            capability.confirmed_at,
        )
        return bool(added)

    async def get(self, capability_id: UUID) -> Capability | None:
        """A capability, locked where this transaction may write."""
        row = await self._connection.fetchrow(
            f"select * from capability where id = $1 {self._lock}",  # noqa: S608  # our constant
            capability_id,
        )
        return None if row is None else capability_from(row)

    async def of(self, party_id: UUID) -> list[Capability]:
        """A party's capabilities, the newest first."""
        rows = await self._connection.fetch(
            "select * from capability where party_id = $1 order by submitted_at desc, id", party_id
        )
        return [capability_from(row) for row in rows]

    async def save(self, capability: Capability) -> None:
        """Keep a changed capability."""
        await self._connection.execute(
            SAVE_CAPABILITY,
            capability.id,
            *status_of(capability.life),
            *_capability_json(capability),
            capability.version,
            capability.confirmed_at,
        )

    async def unconfirmed(self, *, asked_before: datetime) -> list[Due]:
        """Some capabilities whose confirmation was asked for before a moment."""
        rows = await self._connection.fetch(UNCONFIRMED.format(table="capability"), asked_before)
        return [Due(row["id"], row["party_id"]) for row in rows]

    async def remove(self, capability_id: UUID) -> None:
        """Forget a capability."""
        await self._connection.execute("delete from capability where id = $1", capability_id)


def _need_json(need: Need) -> tuple[str | None, ...]:
    return (
        as_json(CONTACT, need.declared),
        as_json(NEED_TEXT, need.text),
        as_json(NEED_FACETS, need.facets),
        as_json(NEED_TEXT, need.public_text),
        as_json(TICKS, need.subjects),
        as_json(QUESTIONS, need.questions),
    )


def _capability_json(capability: Capability) -> tuple[str | None, ...]:
    return (
        as_json(CONTACT, capability.declared),
        as_json(CAPABILITY_TEXT, capability.text),
        as_json(CAPABILITY_FACETS, capability.facets),
        as_json(CAPABILITY_TEXT, capability.public_text),
    )
