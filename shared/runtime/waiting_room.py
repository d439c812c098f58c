"""Early events that nobody will release: what they wait for came while they were put aside."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.contracts.delivery import RejectedError, UnknownYetError
from shared.contracts.topics import Service
from shared.contracts.wire import decode
from shared.runtime.consumer import Apply
from shared.runtime.inbox import Inbox
from shared.runtime.outbox import message_from_row
from shared.runtime.postgres import passes
from shared.runtime.tracing import apply_traced

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.runtime.postgres import Connection, Database

logger = logging.getLogger(__name__)
POLL_S, AT_ONCE = 1.0, 100
# A transaction that runs when an event is put aside may bring what it waits for, and have looked
# for those who wait before. Once all such have ended, one more look finds it, if it is there.
SEE = """
update parked set concurrent = pg_snapshot_xmax(pg_current_snapshot())
where not looked_again and concurrent is null
"""
DUE = """
select * from parked
where not looked_again and concurrent <= pg_snapshot_xmin(pg_current_snapshot())
order by id limit $1 for update skip locked
"""
GONE = "delete from parked where id = $1"
STAYS = """
update parked set looked_again = waits_for = $2, waits_for = $2, concurrent = null where id = $1
"""


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """Looks again, once, at each event that was put aside.

    Attributes:
        ring: Called after events were applied.
    """

    service: Service
    pool: "Database"
    apply: Apply
    ring: Callable[[], None]

    async def run(self) -> None:
        """Look every second, for ever."""
        while True:
            if await self.once():
                self.ring()
            await asyncio.sleep(POLL_S)

    async def once(self) -> int:
        """Apply those that can be by now; how many."""
        await self.pool.execute(SEE)
        async with self.pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(DUE, AT_ONCE)
            left = [await self._left(row, connection) for row in rows]
        applied = left.count(False)
        if applied:
            logger.info("early events applied", extra={"rows": applied})
        return applied

    async def _left(self, row: "Record", connection: "Connection") -> bool:
        """Apply one; whether it goes on waiting."""
        message = message_from_row(dict(row))
        inbox = Inbox(connection, self.service)
        try:
            async with connection.transaction():
                await apply_traced(self.apply, decode(message), message, connection)
        except UnknownYetError as unknown:
            if not await inbox.ledger.has(unknown.key):
                await connection.execute(STAYS, row["id"], unknown.key)
                return True
        except RejectedError as rejected:
            await inbox.bury(f"parked/{row['event_id']}", message, reason=str(rejected), attempts=1)
        except Exception as bug:
            if passes(bug):
                raise
            logger.exception("an early event failed", extra={"event_id": str(row["event_id"])})
            await connection.execute(STAYS, row["id"], row["waits_for"])
            return True
        await connection.execute(GONE, row["id"])
        return False
