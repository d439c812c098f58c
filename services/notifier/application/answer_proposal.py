"""Taking an answer, and taking it back while that is possible."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifier.application.carry_out import CarryOut
from services.notifier.application.ports import Begin
from services.notifier.domain.answering import answer, undo
from services.notifier.domain.proposal import Proposal, Step, TooLateError
from services.notifier.domain.register import Answer, Side
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class AnswerProposal:
    """Hold what a side says until it can no longer be undone."""

    begin: Begin
    carry_out: CarryOut
    clock: Clock

    async def __call__(self, proposal_id: UUID, side: Side, said: Answer) -> None:
        """Hold an answer; the same again changes nothing.

        Raises:
            TooLateError: The side's word does not count any more.
            NotAllowedError: "Later" a second time, in the past or too far away.
        """
        rules = self.carry_out.rules
        await self._change(proposal_id, lambda p, now: answer(p, side, said, now, rules))

    async def undo(self, proposal_id: UUID, side: Side) -> None:
        """Take the answer back.

        Raises:
            TooLateError: It is effective already.
        """
        await self._change(proposal_id, lambda p, now: undo(p, side, now))

    async def _change(
        self, proposal_id: UUID, change: Callable[[Proposal, datetime], Proposal]
    ) -> None:
        async with self.begin() as work:
            proposal = await work.proposals.locked(proposal_id)
            if proposal is None:
                raise TooLateError
            changed = change(proposal, self.clock())
            await self.carry_out(Step(changed), work, self.clock())
