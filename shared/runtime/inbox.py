"""What was heard: each event once; the early wait, the unusable are kept with their reason."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service, dead_letters_of
from shared.contracts.wire import Headers, Message
from shared.runtime.dead_letters import is_hidden
from shared.runtime.erasure import Ledger
from shared.runtime.outbox import PUT, headers_as_json, message_from_row

if TYPE_CHECKING:
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
        await self._connection.execute(
            PARK,
            event.id,
            waits_for,
            message.topic,
            message.key,
            headers_as_json(message.headers),
            message.value,
        )

    async def released_by(self, key: str) -> list[Message]:
        """Take what waited for `key`, in order of arrival."""
        if self._new is not None and key not in self._awaited:
            return []
        return await self._released([key])

    async def released_meanwhile(self) -> list[Message]:
        """Take what another process made wait for the batch's keys since `expect`."""
        return await self._released(list(self._keys))

    async def _released(self, keys: list[str]) -> list[Message]:
        rows = await self._connection.fetch(RELEASE, keys)
        return [message_from_row(dict(row)) for row in sorted(rows, key=lambda row: row["id"])]

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
            headers_as_json(why if hidden else (*message.headers, *why)),
            None if hidden else message.value,
        )
