"""Writing down what became of a mail, and what that means for its proposal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.notifier.application.carry_out import CarryOut
from services.notifier.application.ports import Begin, Work
from services.notifier.domain.asking import mail_taken, withdraw
from services.notifier.domain.delivery import (
    ABOUT_LETTERS,
    ASKS,
    Delivery,
    Outcome,
    State,
    Waits,
    abandoned,
    after,
    ended,
)
from services.notifier.domain.proposal import Proposal
from services.notifier.domain.register import Asking, Side
from shared.contracts.delivery import Clock
from shared.contracts.event import derived_id
from shared.contracts.introductions import DeliveryFailed

LOST = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class CloseDelivery:
    """Ends attempts; a proposal goes on when its mail arrived and ends when it cannot.

    Attributes:
        draw: Gives numbers from 0 to 1, to spread retries.
    """

    begin: Begin
    clock: Clock
    carry_out: CarryOut
    in_doubt_wait: timedelta
    draw: Callable[[], float]

    async def __call__(self, delivery: Delivery, outcome: Outcome) -> Delivery:
        """Write down what the server said."""
        return await self._write(after(delivery, outcome, self.clock(), self._waits()))

    async def drop(self, delivery: Delivery, reason: str) -> Delivery:
        """Write down that nothing asks for it any more."""
        return await self._write(ended(delivery, State.CANCELLED, reason, self.clock()))

    async def left_behind(self) -> list[Delivery]:
        """Free what dead workers had in hand."""
        async with self.begin() as work:
            found = await work.queue.left_behind()
        freed = [await self.free(delivery) for delivery in found]
        return [delivery for delivery in freed if delivery is not None]

    async def free(self, found: Delivery) -> Delivery | None:
        """Free one that seemed left behind; None when its worker lives or another freed it."""
        async with self.begin() as work:
            proposal = await self._proposal(found, work)
            left = await work.queue.still_left_behind(found.id)
            if left is None:
                return None
            delivery = abandoned(left, self.clock(), self._waits())
            await self._save(delivery, proposal, work)
        return delivery

    def _waits(self) -> Waits:
        return Waits(self.in_doubt_wait, jitter=0.5 + self.draw() / 2)

    async def _write(self, delivery: Delivery) -> Delivery:
        async with self.begin() as work:
            # The proposal first: whoever changes it then cancels its mails, in that order.
            await self._save(delivery, await self._proposal(delivery, work), work)
        return delivery

    async def _save(self, delivery: Delivery, proposal: Proposal | None, work: Work) -> None:
        if await work.deliveries.save(delivery):
            await self._follow(delivery, proposal, work)

    async def _proposal(self, delivery: Delivery, work: Work) -> Proposal | None:
        if delivery.kind in ABOUT_LETTERS:
            return None
        return await work.proposals.locked(delivery.about)

    async def _follow(self, delivery: Delivery, proposal: Proposal | None, work: Work) -> None:
        if delivery.state in {State.FAILED, State.EXPIRED}:
            await self._tell_failure(delivery, proposal, work)
        side = None if proposal is None else proposal.side_of(delivery.recipient_id)
        if proposal is None or side is None or not _asks(delivery, proposal, side):
            return
        now = self.clock()
        if delivery.state in LOST:
            await self.carry_out(withdraw(proposal), work, now)
        elif delivery.due_at is None:
            # Accepted; or in doubt for good, when it probably arrived and its time must run.
            await self.carry_out(mail_taken(proposal, side, now), work, now)

    async def _tell_failure(
        self, delivery: Delivery, proposal: Proposal | None, work: Work
    ) -> None:
        need_id = await self._need_of(delivery, proposal, work)
        if need_id is None:
            return
        await work.outbox.put(
            DeliveryFailed(
                id=derived_id(delivery.id, "failed"),
                occurred_at=self.clock(),
                need_id=need_id,
                party_id=delivery.recipient_id,
                mail_kind=delivery.kind,
                reason=delivery.reason,
                proposal_id=None if proposal is None else proposal.id,
            )
        )

    async def _need_of(
        self, delivery: Delivery, proposal: Proposal | None, work: Work
    ) -> UUID | None:
        """The need that a mail is about; a researcher's letters are about none."""
        if proposal is not None:
            return proposal.need_id
        party = await work.parties.get(delivery.recipient_id)
        return delivery.subject_id if party is not None and party.is_organisation else None


def _asks(delivery: Delivery, proposal: Proposal, side: Side) -> bool:
    """Whether its proposal waits for this very mail to arrive."""
    register = proposal.register(side)
    is_waited_for = register.state == Asking(delivery.step) and register.held is None
    return delivery.kind in ASKS and proposal.stage.is_open and is_waited_for
