"""The queue of mails in PostgreSQL."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from services.notifier.domain.delivery import LANES, Delivery, Kind, State

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.runtime.postgres import Connection

PLAN = """
insert into delivery (id, kind, about, subject_id, recipient_id, step, caused_at, state, due_at,
                      lane)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict do nothing returning true
"""
CANCEL = """
update delivery set state = 'cancelled', reason = $1, done_at = $2, due_at = null
where state in ('planned', 'queued', 'deferred') and about = coalesce($3, about)
  and recipient_id = coalesce($4, recipient_id)
"""
STATE = """
update delivery set state = $3, due_at = $4, begun_at = $5, body_started = $6, doubts = $7,
       possible_duplicate = $8, reason = $9, done_at = $10
"""
# A definite answer may come after someone thought the worker dead: it counts.
FINISH = f"{STATE} where id = $1 and attempt = $2 and state in ('sending', 'in_doubt')"
WRITE = f"""
{STATE}, attempt = $2, leased_until = clock_timestamp() + $11::interval where id = $1
"""
NEXT_DUE = """
select * from delivery
where state in ('planned', 'queued', 'deferred', 'in_doubt') and due_at <= $1
order by lane, due_at, id limit 1 for update skip locked
"""
KEEP = """
update delivery set leased_until = clock_timestamp() + $3::interval
where id = $1 and attempt = $2 and state = 'sending' returning true
"""
LEFT_BEHIND = """
select * from delivery
where state = 'sending' and leased_until < clock_timestamp() order by leased_until limit 50
"""
# A worker that was only slow may have begun the body since: what counts is what it wrote.
STILL_LEFT_BEHIND = """
select * from delivery
where id = $1 and state = 'sending' and leased_until < clock_timestamp() for update
"""
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended($1::text, 0))"
ASKED_LATELY = """
select coalesce(done_at, begun_at) as at from delivery
where recipient_id = $1 and kind = 'proposal' and id <> $2
  and state in ('accepted', 'sending', 'in_doubt') and coalesce(done_at, begun_at) > $3
"""
MEASURES = """
select coalesce(extract(epoch from $1 - min(due_at) filter (
           where state in ('planned', 'queued', 'deferred', 'in_doubt') and due_at <= $1
       )), 0)::float8 as oldest_due_s,
       count(*) filter (where possible_duplicate) as possible_duplicates
from delivery where due_at is not null or possible_duplicate
"""


class PostgresDeliveries:
    """The mails to be sent."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def plan(self, delivery: Delivery) -> bool:
        """Keep a new one; False when it is known."""
        is_new = await self._connection.fetchval(
            PLAN,
            delivery.id,
            delivery.kind,
            delivery.about,
            delivery.subject_id,
            delivery.recipient_id,
            delivery.step,
            delivery.caused_at,
            delivery.state,
            delivery.due_at,
            LANES.get(delivery.kind, 0),
        )
        return bool(is_new)

    async def cancel_waiting(
        self, reason: str, now: datetime, *, about: UUID | None, recipient_id: UUID | None
    ) -> None:
        """Give up what is not on its way yet."""
        await self._connection.execute(CANCEL, reason, now, about, recipient_id)

    async def save(self, delivery: Delivery) -> bool:
        """Write what became of the attempt in hand; False when it was taken from us."""
        result = await self._connection.execute(FINISH, *_state(delivery))
        return result == "UPDATE 1"


class PostgresQueue:
    """The mails that are due or in hand; leases run by the database's own clock."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def next_due(self, now: datetime) -> Delivery | None:
        """One that nobody else looks at until the commit."""
        row = await self._connection.fetchrow(NEXT_DUE, now)
        return None if row is None else delivery_from(row)

    async def write(self, delivery: Delivery, *, lease_s: float = 0) -> None:
        """Write what `next_due` gave, in hand for a while or not."""
        lease = timedelta(seconds=lease_s)
        await self._connection.execute(WRITE, *_state(delivery), lease)

    async def keep(self, delivery: Delivery, *, lease_s: float) -> bool:
        """Have it in hand for longer; False when it was lost."""
        lease = timedelta(seconds=lease_s)
        return bool(await self._connection.fetchval(KEEP, delivery.id, delivery.attempt, lease))

    async def left_behind(self) -> list[Delivery]:
        """Those whose worker is gone."""
        return [delivery_from(row) for row in await self._connection.fetch(LEFT_BEHIND)]

    async def still_left_behind(self, delivery_id: UUID) -> Delivery | None:
        """One of those as it is now, which its worker cannot change any more until the commit."""
        row = await self._connection.fetchrow(STILL_LEFT_BEHIND, delivery_id)
        return None if row is None else delivery_from(row)

    async def asked_lately(self, other_than: Delivery, *, since: datetime) -> list[datetime]:
        """When other proposals went to this person; nobody else asks until the commit."""
        await self._connection.execute(ONE_AT_A_TIME, str(other_than.recipient_id))
        rows = await self._connection.fetch(
            ASKED_LATELY, other_than.recipient_id, other_than.id, since
        )
        return [row["at"] for row in rows]


def delivery_from(row: "Record") -> Delivery:
    """A delivery as it was stored."""
    stored = {field.name: row[field.name] for field in fields(Delivery)}
    return Delivery(**{**stored, "kind": Kind(row["kind"]), "state": State(row["state"])})


def _state(delivery: Delivery) -> list[object]:
    return [
        delivery.id,
        delivery.attempt,
        delivery.state,
        delivery.due_at,
        delivery.begun_at,
        delivery.body_started,
        delivery.doubts,
        delivery.possible_duplicate,
        delivery.reason,
        delivery.done_at,
    ]
