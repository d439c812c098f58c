"""Events that came too early: applied when what they name arrives, and tried again now and then.

What they name may arrive in a transaction that overlaps the one in which they were made to wait:
neither sees the other. Hence the second way out, ever more rarely the longer an event waits.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.contracts.delivery import RejectedError, UnknownYetError
from shared.contracts.topics import Service
from shared.contracts.wire import decode
from shared.runtime.bell import Bell
from shared.runtime.breaker import Breaker, Outcome
from shared.runtime.inbox import Inbox, Waiting
from shared.runtime.observability import Metrics
from shared.runtime.postgres import passes
from shared.runtime.tracing import Apply, apply_traced

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 5
LOOK_EVERY_S, CHUNK = 2.0, 100
ONE_AT_A_TIME = "select pg_try_advisory_xact_lock($1)"
LOCK = 0x7061726B


@dataclass
class WaitingRoom:
    """Applies what waited, each event on its own account."""

    service: Service
    pool: "Database"
    apply: Apply
    metrics: Metrics
    breaker: Breaker

    async def run(self, bell: Bell) -> None:
        """Try again what is due, for ever."""
        while True:
            while not self.breaker.is_open and await self.once():
                bell.ring()
            await asyncio.sleep(LOOK_EVERY_S)

    async def once(self) -> int:
        """Try again some of what is due; how many were tried."""
        async with self.pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(ONE_AT_A_TIME, LOCK):
                return 0
            inbox = Inbox(connection, self.service)
            due = await inbox.due(CHUNK)
            for waiting in due:
                if await self.applied(waiting, inbox, connection) is not Outcome.PARKED:
                    await inbox.gone(waiting)
            return len(due)

    async def applied(self, waiting: Waiting, inbox: Inbox, connection: "Connection") -> Outcome:
        """Apply what waited: it may go on waiting, or die, but never harms what released it."""
        try:
            async with connection.transaction():
                event = decode(waiting.message)
                await apply_traced(self.apply, event, waiting.message, connection)
        except UnknownYetError as unknown:
            if await inbox.ledger.has(unknown.key):
                return Outcome.ERASED
            await inbox.wait_on(waiting, waits_for=unknown.key)
            return Outcome.PARKED
        except RejectedError as rejected:
            await inbox.bury(waiting.place, waiting.message, reason=str(rejected), attempts=1)
            return self._died(waiting, Outcome.DEAD)
        except Exception as bug:
            if passes(bug):
                raise
            return await self._failed(waiting, bug, inbox)
        return Outcome.APPLIED

    async def _failed(self, waiting: Waiting, bug: Exception, inbox: Inbox) -> Outcome:
        attempts = waiting.attempts + 1
        where = {"place": waiting.place, "attempt": attempts}
        logger.error("event failed", extra=where, exc_info=bug)
        if attempts < MOST_ATTEMPTS or self.breaker.is_open:
            await inbox.failed(waiting)
            return Outcome.PARKED
        reason = type(bug).__name__
        await inbox.bury(waiting.place, waiting.message, reason=reason, attempts=attempts)
        return self._died(waiting, Outcome.BUG)

    def _died(self, waiting: Waiting, outcome: Outcome) -> Outcome:
        self.breaker.note(outcome)
        self.metrics.consumed.labels(waiting.message.topic, "dead").inc()
        logger.warning("dead letter", extra={"place": waiting.place})
        return outcome
