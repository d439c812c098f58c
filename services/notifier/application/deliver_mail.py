"""Sending one due mail: each step is written down before it is taken."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from services.notifier.application.close_delivery import CloseDelivery
from services.notifier.application.judge_mail import Drop, Go, JudgeMail, Wait
from services.notifier.application.mails import Mail
from services.notifier.application.ports import Begin, Compose, Relay, UnsendableError
from services.notifier.domain.delivery import (
    Delivery,
    Outcome,
    Refused,
    Taken,
    body_starting,
    claimed,
)
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class Hands:
    """What the sender works with.

    Attributes:
        passing: Called with the name of each place where a test may end the process.
        lease_s: How long a mail is left alone whose worker gives no sign of life.
    """

    compose: Compose
    relay: Relay
    passing: Callable[[str], None]
    lease_s: float


@dataclass(frozen=True, slots=True)
class DeliverMail:
    """Takes the next due mail in hand, hands it over, writes down what became of it."""

    begin: Begin
    clock: Clock
    judge: JudgeMail
    hands: Hands
    close: CloseDelivery

    async def __call__(self) -> Delivery | None:
        """The mail as it is now; None when nothing is due."""
        async with self.begin() as work:
            due = await work.queue.next_due(self.clock())
            if due is None:
                return None
            verdict = await self.judge(due, work, self.clock())
            if isinstance(verdict, Wait):
                waiting = replace(due, due_at=verdict.until)
                await work.queue.write(waiting)
                return waiting
            delivery = claimed(due, self.clock())
            await work.queue.write(delivery, lease_s=self.hands.lease_s)
        if isinstance(verdict, Drop):
            return await self.close.drop(delivery, verdict.reason)
        self.hands.passing("mail.after_claim")
        async with self._kept(delivery):
            return await self._attempt(delivery, verdict)

    async def _attempt(self, delivery: Delivery, go: Go) -> Delivery:
        """Hand it over; no database connection is held meanwhile."""
        in_hand, reason = delivery, ""

        async def may_start() -> bool:
            """Look a last time whether it should leave, and write down that its body starts."""
            nonlocal in_hand, reason
            self.hands.passing("mail.before_data")
            async with self.begin() as work:
                verdict = await self.judge(delivery, work, self.clock())
                if isinstance(verdict, Drop):
                    reason = verdict.reason
                    return False
                in_hand = body_starting(delivery)
                return await work.deliveries.save(in_hand)

        mail = Mail(delivery, go.to, go.content, self.clock())
        outcome: Outcome | None
        try:
            outcome = await self.hands.relay(self.hands.compose(mail), may_start)
        except UnsendableError as unsendable:
            outcome = Refused(str(unsendable))
        if isinstance(outcome, Taken):
            self.hands.passing("mail.after_accept")
        if outcome is None:
            return await self.close.drop(delivery, reason)
        return await self.close(in_hand, outcome)

    @asynccontextmanager
    async def _kept(self, delivery: Delivery) -> AsyncGenerator[None, None]:
        """Give signs of life while a slow server takes its time."""
        alive = asyncio.create_task(self._give_signs_of_life(delivery))
        try:
            yield
        finally:
            alive.cancel()
            await asyncio.gather(alive, return_exceptions=True)

    async def _give_signs_of_life(self, delivery: Delivery) -> None:
        is_ours = True
        while is_ours:
            await asyncio.sleep(self.hands.lease_s / 3)
            async with self.begin() as work:
                is_ours = await work.queue.keep(delivery, lease_s=self.hands.lease_s)
