"""Forgetting in time: what was published, heard or waited for long ago, a chunk at a time."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.contracts.topics import TOPICS, Service
from shared.runtime.erasure import clear_recent
from shared.runtime.inbox import Inbox
from shared.runtime.outbox import message_from_row

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database

logger = logging.getLogger(__name__)
EVERY_S, CHUNK = 600.0, 1000
INBOX_LONGER = timedelta(days=16)
"""A group idle for a week loses its place, and reads again what the log has kept."""
PARKED_FOR = timedelta(days=1)
COMPACTED = [topic.name for topic in TOPICS if topic.compacted]
# The newest row of a key is its state: a broker that forgot must be told it again.
PUBLISHED = """
with page as (
    select id from outbox where id > $1 and created_at < clock_timestamp() - $2::interval
    order by id limit $3
), gone as (
    delete from outbox old using page
    where old.id = page.id and old.published_at < clock_timestamp() - $2::interval
      and (old.topic <> all($4::text[]) or exists (
          select from outbox newer
          where newer.topic = old.topic and newer.key = old.key and newer.id > old.id))
    returning 1
)
select (select max(id) from page) as last, (select count(*) from gone) as rows
"""
HEARD = """
with gone as (
    delete from inbox where event_id in (
        select event_id from inbox where heard_at < clock_timestamp() - $1::interval limit $2)
    returning 1
)
select count(*) from gone
"""
WAITED = """
delete from parked where id in (
    select id from parked where parked_at < clock_timestamp() - $1::interval
    order by id limit $2 for update skip locked)
returning *
"""


@dataclass
class Retention:
    """Deletes what is old enough, for ever."""

    service: Service
    pool: "Database"
    days: int
    chunk: int = CHUNK

    async def run(self) -> None:
        """Look every ten minutes."""
        while True:
            await self.once()
            await asyncio.sleep(EVERY_S)

    async def once(self) -> None:
        """Delete everything that is due."""
        published = await self._published(timedelta(days=self.days))
        heard = await self._heard(timedelta(days=self.days) + INBOX_LONGER)
        waited = await self._waited()
        await self._erased()
        if published or heard or waited:
            rows = {"outbox": published, "inbox": heard, "parked": waited}
            logger.info("old rows deleted", extra=rows)

    async def _published(self, older_than: timedelta) -> int:
        last: int | None = 0
        total = 0
        while last is not None:
            row = await self.pool.fetchrow(PUBLISHED, last, older_than, self.chunk, COMPACTED)
            if row is None:
                break
            last, total = row["last"], total + row["rows"]
        return total

    async def _heard(self, older_than: timedelta) -> int:
        total = 0
        while rows := await self.pool.fetchval(HEARD, older_than, self.chunk):
            total += rows
        return total

    async def _waited(self) -> int:
        total = 0
        while rows := await self._bury():
            total += rows
        return total

    async def _erased(self) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await clear_recent(connection)

    async def _bury(self) -> int:
        async with self.pool.acquire() as connection, connection.transaction():
            return await self._bury_in(connection)

    async def _bury_in(self, connection: "Connection") -> int:
        inbox = Inbox(connection, self.service)
        rows = await connection.fetch(WAITED, PARKED_FOR, self.chunk)
        for row in rows:
            message = message_from_row(dict(row))
            place = f"parked/{row['event_id']}"
            await inbox.bury(place, message, reason="what it names never came", attempts=1)
        return len(rows)
