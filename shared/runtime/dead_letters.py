"""Dead letters as operators see them: which there are, what they hold, what was done about them."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.contracts.topics import BY_NAME, EVENTS
from shared.contracts.wire import TOMBSTONE_TYPE, Headers, Message
from shared.runtime.outbox import headers_as_json, headers_from_json, message_from_row

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.runtime.host import Host
    from shared.runtime.postgres import Connection

OPEN, REPLAYED, DISCARDED = "open", "replayed", "discarded"
STATUSES = (OPEN, REPLAYED, DISCARDED)
COUNT_EVERY_S = 2.0
FIND = """
select id, place, topic, headers, reason, attempts, status, first_seen,
       coalesce(octet_length(value), 0) as size
from dead_letter
where ($1::bigint[] is null or id = any ($1)) and ($2::text is null or status = $2)
  and ($3::text is null or position(lower($3) in lower(reason)) > 0)
  and ($4::text is null or topic in ($4, 'passerelle.' || $4))
  and ($5::timestamptz is null or first_seen >= $5)
  and ($6::timestamptz is null or first_seen < $6)
order by id
"""
HELD = "select * from dead_letter where id = $1"
HOLD = "select * from dead_letter where id = $1 and status = 'open' for update skip locked"
FAILED_AGAIN = "update dead_letter set attempts = attempts + 1, reason = $2 where id = $1"
SETTLE = """
update dead_letter set status = $2, key = null, headers = $3, value = null where id = $1
"""
HISTORY = """
select action.at, action.what, action.who, action.why, letter.outcome, letter.reason
from operator_action_letter as letter join operator_action as action on action.id = action_id
where letter_id = $1 order by action_id
"""
HOW_MANY_OPEN = "select count(*) from dead_letter where status = 'open'"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which letters are meant; what is not given does not matter.

    Attributes:
        kind: The event's type, in full.
        reason: A part of the reason.
        topic: With or without `passerelle.`.
    """

    ids: tuple[int, ...] = ()
    kind: str | None = None
    reason: str | None = None
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    status: str | None = OPEN

    @property
    def narrow(self) -> bool:
        """Whether anything but the status was asked for."""
        return any((self.ids, self.kind, self.reason, self.topic, self.since, self.until))


@dataclass(frozen=True, slots=True)
class Letter:
    """What may be told of a letter to anyone who operates the service."""

    id: int
    place: str
    topic: str
    kind: str
    reason: str
    attempts: int
    status: str
    first_seen: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What an operator once did about a letter."""

    at: datetime
    what: str
    who: str
    why: str
    outcome: str
    reason: str


class DeadLetters:
    """The dead letters of one service, in the transaction of the work."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def find(self, wanted: Filters) -> list[Letter]:
        """The letters that are meant, oldest first."""
        rows = await self._connection.fetch(
            FIND,
            list(wanted.ids) or None,
            wanted.status,
            wanted.reason,
            wanted.topic,
            wanted.since,
            wanted.until,
        )
        # Not in SQL: headers may hold what PostgreSQL's JSON functions refuse to read.
        letters = [_letter(row, row["size"]) for row in rows]
        return [one for one in letters if wanted.kind in (None, one.kind)]

    async def read(self, letter_id: int) -> tuple[Letter, Message] | None:
        """A letter with its message, whatever became of it."""
        return _whole(await self._connection.fetchrow(HELD, letter_id))

    async def hold(self, letter_id: int) -> tuple[Letter, Message] | None:
        """Have an open letter for oneself until the transaction ends; None where another has it."""
        return _whole(await self._connection.fetchrow(HOLD, letter_id))

    async def failed_again(self, letter_id: int, reason: str) -> None:
        """It stays open, with one attempt more and the newest reason."""
        await self._connection.execute(FAILED_AGAIN, letter_id, reason)

    async def settle(self, letter_id: int, status: str, message: Message) -> None:
        """It is done with: only which event it was stays known, not what it said."""
        kept = tuple(h for h in message.headers if h[0] in {"ce_id", "ce_type"})
        known = kept if kind_of(message.headers) in {*EVENTS, TOMBSTONE_TYPE} else ()
        await self._connection.execute(SETTLE, letter_id, status, headers_as_json(known))

    async def history(self, letter_id: int) -> list[Deed]:
        """What operators did about it, oldest first."""
        return [Deed(**row) for row in await self._connection.fetch(HISTORY, letter_id)]


def is_hidden(topic: str) -> bool:
    """Whether what a topic's messages hold is shown only to who says why."""
    known = BY_NAME.get(topic)
    return known is None or known.restricted


def kind_of(headers: Headers) -> str:
    """The type that a message says it has; anyone may have written it."""
    value = dict(headers).get("ce_type") or b""
    return value.decode("utf-8", "replace")[:80]


def _whole(row: "Record | None") -> tuple[Letter, Message] | None:
    if row is None:
        return None
    return _letter(row, len(row["value"] or b"")), message_from_row(dict(row))


def _letter(row: "Record", size: int) -> Letter:
    kind = kind_of(tuple(headers_from_json(row["headers"])))
    told = kind in {*EVENTS, TOMBSTONE_TYPE} or not is_hidden(row["topic"])
    return Letter(
        id=row["id"],
        place=row["place"],
        topic=row["topic"],
        kind=kind if told else "",
        reason=row["reason"],
        attempts=row["attempts"],
        status=row["status"],
        first_seen=row["first_seen"],
        size=size,
    )


async def watch_open(host: "Host") -> None:
    """Keep counting the letters that nobody dealt with."""
    while True:
        host.metrics.dead_letters.set(await host.pool.fetchval(HOW_MANY_OPEN))
        await asyncio.sleep(COUNT_EVERY_S)
