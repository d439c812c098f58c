"""Hearing: one batch, one transaction; each event once; what cannot be used is kept, not lost."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiokafka import ConsumerRecord

from shared.contracts.delivery import RejectedError, UnavailableError, UnknownYetError
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service
from shared.contracts.wire import Message, decode
from shared.runtime.breaker import Breaker, Outcome
from shared.runtime.failpoints import Failpoints
from shared.runtime.inbox import Inbox
from shared.runtime.kafka import received
from shared.runtime.observability import Metrics
from shared.runtime.postgres import passes
from shared.runtime.progress import Progress
from shared.runtime.tracing import apply_traced
from shared.runtime.waiting_room import MOST_ATTEMPTS, WaitingRoom

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database

logger = logging.getLogger(__name__)
Apply = Callable[[Event | Tombstone, "Connection"], Awaitable[None]]
FIRST_WAIT_S, LONGEST_WAIT_S, PATIENCE_S = 0.1, 5.0, 120.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A record and what it says: an event, or why it cannot be one."""

    place: str
    message: Message
    event: Event | Tombstone | None
    reason: str = ""


@dataclass
class BatchConsumer:
    """Applies batches of records to a service's database.

    Attributes:
        apply: The service's work for one event, in the given transaction.
        progress: Told what is begun, and that waiting for what is down is not hanging.
    """

    service: Service
    pool: "Database"
    apply: Apply
    metrics: Metrics
    failpoint: Failpoints
    progress: Progress
    breaker: Breaker = field(default_factory=Breaker)
    _failures: Counter[str] = field(default_factory=Counter)
    _room: WaitingRoom = field(init=False)

    def __post_init__(self) -> None:
        self._room = WaitingRoom(self.service, self.pool, self.apply, self.metrics, self.breaker)

    async def __call__(self, records: Sequence[ConsumerRecord]) -> None:
        """Apply a batch, waiting with back-off while something is down.

        Raises:
            UnavailableError: Down for so long that the broker should hand the batch out again.
        """
        left = [hear(record) for record in records]
        waited_s, wait_s = 0.0, FIRST_WAIT_S
        while left:
            done = await self._applied(left[:1] if self.breaker.is_open else left)
            left = left[done:]
            if done and not self.breaker.is_open:
                continue
            if waited_s > PATIENCE_S:
                raise UnavailableError("the batch is handed out again")
            pause_s = self.breaker.wait_s or wait_s * random.uniform(0.5, 1.0)  # noqa: S311  # jitter
            await asyncio.sleep(pause_s)
            self.progress.beat()
            waited_s, wait_s = waited_s + pause_s, min(LONGEST_WAIT_S, wait_s * 2)
        self.failpoint("consumer.after_commit")

    async def _applied(self, heard: Sequence[Heard]) -> int:
        """Apply events, as many as can be now; how many of the first are done."""
        try:
            return await self._in_one_go(heard)
        except Exception as error:  # noqa: BLE001  # the boundary: the culprit is found one by one
            return 0 if is_waited_for(error) else await self._one_by_one(heard)

    async def _in_one_go(self, heard: Sequence[Heard]) -> int:
        async with self.pool.acquire() as connection, connection.transaction():
            await self._begins(heard, connection)
            inbox = Inbox(connection, self.service)
            await inbox.expect(one.event for one in heard if one.event)
            outcomes = [(one, await self._take(one, inbox, connection)) for one in heard]
            for waiting in await inbox.released_meanwhile():
                await self._room.applied(waiting, inbox, connection)
            self.failpoint("consumer.before_commit")
        self._count(outcomes)
        return len(outcomes)

    async def _begins(self, heard: Sequence[Heard], connection: "Connection") -> None:
        """What a batch's transaction starts with, before the inbox is asked."""

    async def _one_by_one(self, heard: Sequence[Heard]) -> int:
        """Isolate each event in a savepoint, up to the first that our code fails on."""
        outcomes: list[tuple[Heard, Outcome]] = []
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                await self._begins(heard, connection)
                inbox = Inbox(connection, self.service)
                for one in heard:
                    outcomes.append((one, await self._isolated(one, inbox, connection)))
                    if outcomes[-1][1] is Outcome.BUG:
                        break
        except Exception as error:
            if is_waited_for(error):
                return 0
            raise
        self._count(outcomes)
        return len(outcomes)

    async def _isolated(self, one: Heard, inbox: Inbox, connection: "Connection") -> Outcome:
        try:
            async with connection.transaction():
                return await self._take(one, inbox, connection)
        except UnknownYetError as unknown:
            if await inbox.ledger.has(unknown.key):
                return Outcome.ERASED
            await inbox.park(one.message, _id(one), waits_for=unknown.key)
            return Outcome.PARKED
        except RejectedError as rejected:
            await inbox.bury(one.place, one.message, reason=str(rejected), attempts=1)
            return Outcome.DEAD
        except Exception as bug:
            if passes(bug):
                raise
            if self.breaker.is_open:  # the one tried stays where it is
                self.breaker.note(Outcome.BUG)
                raise UnavailableError("still failing") from bug
            self._failures[one.place] += 1
            attempts = self._failures[one.place]
            logger.exception("event failed", extra={"place": one.place, "attempt": attempts})
            if attempts < MOST_ATTEMPTS:
                raise UnavailableError("tried again") from bug
            await inbox.bury(one.place, one.message, reason=type(bug).__name__, attempts=attempts)
            del self._failures[one.place]
            return Outcome.BUG

    async def _take(self, one: Heard, inbox: Inbox, connection: "Connection") -> Outcome:
        self.progress.begin()
        if one.event is None:
            await inbox.bury(one.place, one.message, reason=one.reason, attempts=1)
            return Outcome.DEAD
        if not await inbox.is_new(one.event.id):
            return Outcome.DUPLICATE
        if isinstance(one.event, Tombstone):
            await inbox.ledger.write(one.event)
        elif await inbox.ledger.refuses(one.event):
            return Outcome.ERASED
        await apply_traced(self.apply, one.event, one.message, connection)
        for waiting in await inbox.released_by(one.event.key):
            await self._room.applied(waiting, inbox, connection)
        return Outcome.APPLIED

    def _count(self, outcomes: Sequence[tuple[Heard, Outcome]]) -> None:
        was_open = self.breaker.is_open
        ended: Counter[tuple[str, str]] = Counter()
        for one, outcome in outcomes:
            is_dead = outcome in (Outcome.DEAD, Outcome.BUG)
            ended[one.message.topic, "dead" if is_dead else outcome] += 1
            self.breaker.note(outcome)
            if is_dead:
                logger.warning("dead letter", extra={"place": one.place})
        for labels, count in ended.items():
            self.metrics.consumed.labels(*labels).inc(count)
        self.metrics.breaker.set(self.breaker.is_open)
        if self.breaker.is_open and not was_open:
            logger.error("too many dead letters: reading stops until one event can be applied")


def hear(record: ConsumerRecord) -> Heard:
    """Read a record; whatever it holds, this does not fail."""
    place = f"{record.topic}/{record.partition}/{record.offset}/{record.timestamp}"
    message = received(record)
    try:
        return Heard(place, message, decode(message))
    except RejectedError as rejected:
        return Heard(place, message, None, str(rejected))


def is_waited_for(error: Exception) -> bool:
    """Whether the batch is tried again, because something is down."""
    if passes(error):
        logger.warning("waiting", extra={"because": type(error).__name__})
        return True
    return False


def _id(one: Heard) -> Event | Tombstone:
    if one.event is None:
        raise RejectedError(one.reason)
    return one.event
