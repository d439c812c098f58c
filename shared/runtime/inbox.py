"""What was heard: each event once; the early wait, the unusable are kept with their reason."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service, dead_letters_of
from shared.contracts.wire import Headers, Message
from shared.runtime.dead_letters import is_hidden
from shared.runtime.erasure import Ledger
from shared.runtime.outbox import PUT, headers_as_json, message_from_row

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.runtime.postgres import Connection

NAMESPACE = UUID("6f0a5d1e-3f0b-5b6e-9a53-0f5d6c1f7b11")
NEW = "insert into inbox (event_id) values ($1) on conflict do nothing returning true"
NEW_AMONG = """
insert into inbox (event_id) select unnest($1::uuid[]) order by 1
on conflict do nothing returning event_id
"""
PARK = """
insert into parked (event_id, waits_for, topic, key, headers, value)
values ($1, $2, $3, $4, $5, $6) on conflict (event_id) do nothing
"""
# As long again as it has waited already; the row stays the same for whoever releases it meanwhile.
WAIT_ON = """
insert into parked
       (event_id, waits_for, topic, key, headers, value, parked_at, attempts, again_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + case when $9 then interval '2 s'
        else greatest(interval '2 s', clock_timestamp() - $7) end)
on conflict (event_id) do update set
    waits_for = excluded.waits_for, attempts = excluded.attempts, again_at = excluded.again_at
"""
DUE = """
select * from parked where again_at < clock_timestamp()
order by id limit $1 for update skip locked
"""
GONE = "delete from parked where event_id = $1"
RELEASE = "delete from parked where waits_for = any($1::text[]) returning *"
AWAITED = "select distinct waits_for from parked where waits_for = any($1::text[])"
LONGEST_KEY = 1_000
BURY = """
insert into dead_letter (place, topic, key, headers, value, reason, attempts)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (place) do update set
    status = 'open', key = excluded.key, headers = excluded.headers, value = excluded.value,
    reason = excluded.reason, attempts = dead_letter.attempts + excluded.attempts
-- What was replayed, waited again and failed again; any other place is only read again.
where dead_letter.place like 'parked/%' and dead_letter.status <> 'open'
returning id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that came before what it names, since when it waits, how often it failed."""

    event_id: UUID
    message: Message
    waits_for: str
    since: datetime
    attempts: int

    @property
    def place(self) -> str:
        """What it is called as a dead letter."""
        return f"parked/{self.event_id}"


class Inbox:
    """The inbox, waiting room and dead letters, in the transaction of the work."""

    def __init__(self, connection: "Connection", service: Service) -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection
        self._service = service
        self._new: set[UUID] | None = None
        self._keys: frozenset[str] = frozenset()
        self._awaited: set[str] = set()
        self.ledger = Ledger(connection)

    async def expect(self, events: Iterable[Event | Tombstone]) -> None:
        """Ask about a whole batch at once; what is asked of it one by one then costs nothing."""
        batch = list(events)
        self._keys = frozenset(event.key for event in batch)
        rows = await self._connection.fetch(NEW_AMONG, [event.id for event in batch])
        self._new = {row["event_id"] for row in rows}
        rows = await self._connection.fetch(AWAITED, list(self._keys))
        self._awaited = {row["waits_for"] for row in rows}
        await self.ledger.expect(self._keys)

    async def is_new(self, event_id: UUID) -> bool:
        """Whether this is the first time; from now on it is not."""
        if self._new is not None:
            new = event_id in self._new
            self._new.discard(event_id)
            return new
        return bool(await self._connection.fetchval(NEW, event_id))

    async def park(self, message: Message, event: Event | Tombstone, *, waits_for: str) -> None:
        """Keep an event until something about `waits_for` arrives."""
        self._awaited.add(waits_for)
        await self._connection.execute(NEW, event.id)
        await self._connection.execute(PARK, event.id, waits_for, *_columns(message))

    async def wait_on(self, waiting: Waiting, *, waits_for: str) -> None:
        """Keep what was released or due; it is tried again ever more rarely."""
        await self._keep(replace(waiting, waits_for=waits_for), soon=False)

    async def failed(self, waiting: Waiting) -> None:
        """Keep what our code failed on; it is tried again soon."""
        await self._keep(replace(waiting, attempts=waiting.attempts + 1), soon=True)

    async def _keep(self, waiting: Waiting, *, soon: bool) -> None:
        self._awaited.add(waiting.waits_for)
        await self._connection.execute(
            WAIT_ON,
            waiting.event_id,
            waiting.waits_for,
            *_columns(waiting.message),
            waiting.since,
            waiting.attempts,
            soon,
        )

    async def due(self, at_most: int) -> list[Waiting]:
        """What should be tried again, held until the transaction ends."""
        return list(map(_waiting, await self._connection.fetch(DUE, at_most)))

    async def gone(self, waiting: Waiting) -> None:
        """It waits no longer."""
        await self._connection.execute(GONE, waiting.event_id)

    async def released_by(self, key: str) -> list[Waiting]:
        """Take what waited for `key`, in order of arrival."""
        if self._new is not None and key not in self._awaited:
            return []
        return await self._released([key])

    async def released_meanwhile(self) -> list[Waiting]:
        """Take what another process made wait for the batch's keys since `expect`."""
        return await self._released(list(self._keys))

    async def _released(self, keys: list[str]) -> list[Waiting]:
        rows = await self._connection.fetch(RELEASE, keys)
        return [_waiting(row) for row in sorted(rows, key=lambda row: row["id"])]

    async def bury(self, place: str, message: Message, *, reason: str, attempts: int) -> None:
        """Keep what cannot be used, and tell other tools.

        They are not told the bytes of restricted topics, nor more than the broker would take.
        """
        headers = headers_as_json(message.headers)
        new = await self._connection.fetchval(
            BURY, place, message.topic, message.key, headers, message.value, reason, attempts
        )
        if new is None:
            return
        hidden = is_hidden(message.topic) or message.too_large
        why: Headers = (
            ("x-dead-letter-reason", reason.encode()),
            ("x-dead-letter-place", place.encode()),
            ("x-dead-letter-attempts", str(attempts).encode()),
        )
        await self._connection.execute(
            PUT,
            uuid5(NAMESPACE, f"{self._service}/{place}"),
            dead_letters_of(self._service),
            message.key[:LONGEST_KEY],
            headers_as_json(why if hidden else (*_publishable(message.headers), *why)),
            None if hidden else message.value,
        )


def _publishable(headers: Headers) -> Headers:
    """The same with names that can be written in UTF-8: others would hold up the relay."""
    return tuple((name.encode(errors="backslashreplace").decode(), x) for name, x in headers)


def _columns(message: Message) -> tuple[str, bytes, str, bytes | None]:
    return message.topic, message.key, headers_as_json(message.headers), message.value


def _waiting(row: "Record") -> Waiting:
    message = message_from_row(dict(row))
    return Waiting(row["event_id"], message, row["waits_for"], row["parked_at"], row["attempts"])
