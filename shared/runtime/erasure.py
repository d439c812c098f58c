"""What was erased: a ledger of ids that nothing brings back, and the clearing of what told them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import BY_NAME, TOPIC_OF

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

WRITE = "insert into erasure (key, topic) values ($1, $2) on conflict do nothing"
KNOWN = "select distinct key from erasure where key = any($1::text[])"
RECENT = "select distinct key from erasure where erased_at > clock_timestamp() - interval '1 day'"
# Tombstones have no value and stay; what is about to be sent and only names the key goes later.
TOLD = """
delete from outbox where value is not null and (
    key = $1 or (published_at is not null and position($1 in value) > 0))
"""
WAITING = "delete from parked where waits_for = $2 or key = $1 or position($1 in value) > 0"
FAILED = """
update dead_letter set key = null, headers = '[]', value = null, reason = 'erased',
       status = case status when 'open' then 'discarded' else status end
where key = $1 or position($1 in value) > 0
"""
TRACED = "delete from trace where subject::text = $1"


class Ledger:
    """The keys that were erased, in the transaction of the work."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection
        self._asked: set[str] = set()
        self._erased: set[str] = set()

    async def expect(self, keys: Iterable[str]) -> None:
        """Ask about many keys at once; what is asked of them one by one then costs nothing."""
        asked = set(keys)
        rows = await self._connection.fetch(KNOWN, list(asked))
        self._asked |= asked
        self._erased |= {row["key"] for row in rows}

    async def has(self, key: str) -> bool:
        """Whether a need, capability or party with this id was erased."""
        if key not in self._asked:
            await self.expect([key])
        return key in self._erased

    async def refuses(self, event: Event) -> bool:
        """Whether an event tells the state of something erased."""
        return TOPIC_OF[event.event_type].compacted and await self.has(event.key)

    async def write(self, erased: Tombstone) -> None:
        """Note an erasure, also of what was never heard of, and clear all that tells of it."""
        if BY_NAME[erased.topic].compacted:
            await self._connection.execute(WRITE, erased.key, erased.topic)
            self._asked.add(erased.key)
            self._erased.add(erased.key)
            await clear(erased.key, self._connection)


async def clear(key: str, connection: "Connection") -> None:
    """Remove what outbox, waiting room, dead letters and traces hold about a key."""
    written = key.encode()
    await connection.execute(TOLD, written)
    await connection.execute(WAITING, written, key)
    await connection.execute(FAILED, written)
    await connection.execute(TRACED, key)


async def clear_recent(connection: "Connection") -> int:
    """Clear once more what other transactions wrote while erasures were applied; how many keys."""
    keys = [row["key"] for row in await connection.fetch(RECENT)]
    for key in keys:
        await clear(key, connection)
    return len(keys)
