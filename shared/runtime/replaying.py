"""Dealing with dead letters: once more through this service's own work, or never again."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from shared.contracts.delivery import RejectedError, UnknownYetError
from shared.contracts.wire import Message, decode
from shared.runtime.consumer import BatchConsumer, Heard, is_waited_for
from shared.runtime.dead_letters import DISCARDED, REPLAYED, DeadLetters, Letter
from shared.runtime.inbox import Inbox
from shared.runtime.postgres import passes

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database

logger = logging.getLogger(__name__)
FORGET = "delete from inbox where event_id = $1"
BEGIN = "insert into operator_action (who, why, what, asked) values ($1, $2, $3, $4) returning id"
NOTE = """
insert into operator_action_letter (action_id, letter_id, outcome, reason) values ($1, $2, $3, $4)
"""
COUNT = "update operator_action set counts = $2 where id = $1"
DEAD, BUSY = "dead", "busy"
MOST_TRIES, PAUSE_S = 5, 0.2


@dataclass(frozen=True, slots=True)
class Dealt:
    """What became of a letter.

    Attributes:
        outcome: applied, duplicate, parked, dead, discarded, or busy (settled or held by another).
    """

    letter_id: int
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator wants done: who, why, and to which letters."""

    who: str
    why: str
    what: str
    asked: Mapping[str, object]


class RehearsedError(Exception):
    """Carries what would have happened out of a transaction that must not be."""

    def __init__(self, dealt: Dealt) -> None:
        """Say what it was."""
        super().__init__(dealt.outcome)
        self.dealt = dealt


@dataclass
class Action:
    """One command of an operator, with what was done by it so far.

    Attributes:
        id: None for a rehearsal, of which nothing is kept.
    """

    id: int | None
    counts: Counter[str] = field(default_factory=Counter)

    async def note(self, dealt: Dealt, connection: "Connection") -> None:
        """Write down what became of a letter, in the transaction in which it became so."""
        if self.id is None:
            raise RehearsedError(dealt)
        counts = self.counts + Counter([dealt.outcome])
        await connection.execute(NOTE, self.id, dealt.letter_id, dealt.outcome, dealt.reason)
        await connection.execute(COUNT, self.id, json.dumps(counts))


async def begin(pool: "Database | Connection", order: Order) -> Action:
    """Write down that something will be done, before it is."""
    asked = json.dumps(order.asked, default=str)
    return Action(await pool.fetchval(BEGIN, order.who, order.why, order.what, asked))


@dataclass
class Replayer(BatchConsumer):
    """Hands dead letters to the work that failed, here: the log's other readers hear nothing."""

    async def deal(
        self,
        letter_ids: Sequence[int],
        action: Action,
        *,
        discard: bool = False,
        pause_s: float = 0,
    ) -> AsyncGenerator[Dealt, None]:
        """Deal with letters one by one, each in its own transaction."""
        for number, letter_id in enumerate(letter_ids):
            if number and pause_s:
                await asyncio.sleep(pause_s)
            dealt = await self._patiently(letter_id, action, discard=discard)
            action.counts[dealt.outcome] += 1
            yield dealt

    async def _patiently(self, letter_id: int, action: Action, *, discard: bool) -> Dealt:
        for _ in range(MOST_TRIES - 1):
            try:
                return await self._one(letter_id, action, discard=discard)
            except Exception as error:
                if not is_waited_for(error):
                    raise
                await asyncio.sleep(PAUSE_S)
        return await self._one(letter_id, action, discard=discard)

    async def _one(self, letter_id: int, action: Action, *, discard: bool) -> Dealt:
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                letters = DeadLetters(connection)
                held = await letters.hold(letter_id)
                if held is None:
                    return Dealt(letter_id, BUSY)
                dealt = await self._dealt(*held, connection, discard=discard)
                if dealt.outcome == DEAD:
                    await letters.failed_again(letter_id, dealt.reason)
                else:
                    status = DISCARDED if discard else REPLAYED
                    await letters.settle(letter_id, status, held[1])
                await action.note(dealt, connection)
                return dealt
        except RehearsedError as rehearsed:
            return rehearsed.dealt

    async def _dealt(
        self, letter: Letter, message: Message, connection: "Connection", *, discard: bool
    ) -> Dealt:
        if discard:
            return Dealt(letter.id, DISCARDED)
        inbox = Inbox(connection, self.service)
        try:
            event = decode(message)
            heard = Heard(letter.place, message, event)
            try:
                async with connection.transaction():
                    if letter.place.startswith("parked/"):  # heard once, never applied
                        await connection.execute(FORGET, event.id)
                    return Dealt(letter.id, await self._take(heard, inbox, connection))
            except UnknownYetError as unknown:
                await inbox.park(message, event, waits_for=unknown.key)
                return Dealt(letter.id, "parked")
        except RejectedError as rejected:
            return Dealt(letter.id, DEAD, str(rejected))
        except Exception as bug:
            if passes(bug):
                raise
            logger.exception("event failed", extra={"place": letter.place})
            return Dealt(letter.id, DEAD, type(bug).__name__)


def as_asked(filters: object) -> dict[str, object]:
    """What was asked for, as it is kept."""
    given = asdict(filters)  # type: ignore[call-overload]
    return {name: value for name, value in given.items() if value}
