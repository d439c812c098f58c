"""What was heard: each event once; the early wait, the unusable are kept with their reason."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import BY_NAME, Service, dead_letters_of
from shared.contracts.wire import Headers, Message
from shared.runtime.outbox import PUT, headers_as_json, message_from_row

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

NAMESPACE = UUID("6f0a5d1e-3f0b-5b6e-9a53-0f5d6c1f7b11")
NEW = "insert into inbox (event_id) values ($1) on conflict do nothing returning true"
PARK = """
insert into parked (event_id, waits_for, topic, key, headers, value)
values ($1, $2, $3, $4, $5, $6) on conflict (event_id) do nothing
"""
RELEASE = "delete from parked where waits_for = $1 returning *"
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

    async def is_new(self, event_id: UUID) -> bool:
        """Whether this is the first time; from now on it is not."""
        return bool(await self._connection.fetchval(NEW, event_id))

    async def park(self, message: Message, event: Event | Tombstone, *, waits_for: str) -> None:
        """Keep an event until something about `waits_for` arrives."""
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
        rows = await self._connection.fetch(RELEASE, key)
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
        topic = BY_NAME.get(message.topic)
        hidden = topic is None or topic.restricted or message.too_large
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
