"""What the notifier has heard of, in PostgreSQL."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.notifier.domain.people import Capability, Need, Party

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

PARTY = """
insert into party (id, version, is_organisation, person, body_name, email, phone, language,
                   verified, was_verified, epoch)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
on conflict (id) do update set
    version = excluded.version, is_organisation = excluded.is_organisation,
    person = excluded.person, body_name = excluded.body_name, email = excluded.email,
    phone = excluded.phone, language = excluded.language, verified = excluded.verified,
    was_verified = party.was_verified or excluded.verified, epoch = excluded.epoch
where party.version < excluded.version and not party.erased
returning true
"""
ERASE_PARTY = """
insert into party (id, erased) values ($1, true)
on conflict (id) do update set
    person = '', body_name = '', email = '', phone = '', verified = false, erased = true
"""
GET_PARTY = """
select id, is_organisation, person, body_name, email, phone, language, verified, epoch,
       was_verified, stopped, erased
from party where id = $1
"""
NEED = """
insert into need (id, version, organisation_id, organisation_type, title, description,
                  expectations, themes, modes, city, region, deadline, introduce_directly, is_open)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (id) do update set
    version = excluded.version, organisation_id = excluded.organisation_id,
    organisation_type = excluded.organisation_type, title = excluded.title,
    description = excluded.description, expectations = excluded.expectations,
    themes = excluded.themes, modes = excluded.modes, city = excluded.city,
    region = excluded.region, deadline = excluded.deadline,
    introduce_directly = excluded.introduce_directly, is_open = excluded.is_open
where need.version < excluded.version and not need.erased
returning true
"""
GET_NEED = """
select id, coalesce(organisation_id, id) as organisation_id, organisation_type, title,
       description, expectations, themes, modes, city, region, deadline, introduce_directly,
       is_open
from need where id = $1
"""
ERASE_NEED = """
insert into need (id, erased) values ($1, true)
on conflict (id) do update set
    title = '', description = '', expectations = '', city = '', region = '', is_open = false,
    erased = true
"""
CAPABILITY = """
insert into capability (id, version, researcher_id, title, summary, keywords, modes, region,
                        is_open)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do update set
    version = excluded.version, researcher_id = excluded.researcher_id, title = excluded.title,
    summary = excluded.summary, keywords = excluded.keywords, modes = excluded.modes,
    region = excluded.region, is_open = excluded.is_open
where capability.version < excluded.version and not capability.erased
returning true
"""
GET_CAPABILITY = """
select id, coalesce(researcher_id, id) as researcher_id, title, summary, keywords, modes, region,
       is_open
from capability where id = $1
"""
ERASE_CAPABILITY = """
insert into capability (id, erased) values ($1, true)
on conflict (id) do update set
    title = '', summary = '', keywords = '{}', region = '', is_open = false, erased = true
"""
# The reasons quote both texts; the numbers stay, so that the match can still be explained.
FORGET_QUOTES = """
update proposal set why = jsonb_set(why, '{reasons}', '[]')
where need_id = $1 or capability_id = $1
"""


class PostgresParties:
    """Who can be written to."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def record(self, party: Party, *, version: int) -> bool:
        """Keep what a newer version says; False when it is not newer, or the party was erased."""
        is_newer = await self._connection.fetchval(
            PARTY,
            party.id,
            version,
            party.is_organisation,
            party.person,
            party.body_name,
            party.email,
            party.phone,
            party.language,
            party.verified,
            party.epoch,
        )
        return bool(is_newer)

    async def get(self, party_id: UUID) -> Party | None:
        """A party, if it was heard of."""
        row = await self._connection.fetchrow(GET_PARTY, party_id)
        return None if row is None else Party(**dict(row))

    async def erase(self, party_id: UUID) -> None:
        """Keep nothing but the id, for ever."""
        await self._connection.execute(ERASE_PARTY, party_id)

    async def set_stopped(self, party_id: UUID, *, stopped: bool) -> None:
        """Keep whether it wants to hear of proposals."""
        await self._connection.execute(
            "update party set stopped = $2 where id = $1", party_id, stopped
        )


class PostgresNeeds:
    """The needs heard of."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def record(self, need: Need, *, version: int) -> bool:
        """Keep what a newer version says; False when it is not newer, or the need was erased."""
        values = asdict(need)
        need_id = values.pop("id")
        return bool(await self._connection.fetchval(NEED, need_id, version, *values.values()))

    async def get(self, need_id: UUID) -> Need | None:
        """A need, if it was heard of."""
        row = await self._connection.fetchrow(GET_NEED, need_id)
        return None if row is None else Need(**_with_tuples(dict(row)))

    async def erase(self, need_id: UUID) -> None:
        """Clear its texts, for ever."""
        await self._connection.execute(ERASE_NEED, need_id)
        await self._connection.execute(FORGET_QUOTES, need_id)


class PostgresCapabilities:
    """The capabilities heard of."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def record(self, capability: Capability, *, version: int) -> bool:
        """Keep what a newer version says; False when it is not newer, or it was erased."""
        values = asdict(capability)
        own_id = values.pop("id")
        return bool(await self._connection.fetchval(CAPABILITY, own_id, version, *values.values()))

    async def get(self, capability_id: UUID) -> Capability | None:
        """A capability, if it was heard of."""
        row = await self._connection.fetchrow(GET_CAPABILITY, capability_id)
        return None if row is None else Capability(**_with_tuples(dict(row)))

    async def erase(self, capability_id: UUID) -> None:
        """Clear its texts, for ever."""
        await self._connection.execute(ERASE_CAPABILITY, capability_id)
        await self._connection.execute(FORGET_QUOTES, capability_id)


def _with_tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
