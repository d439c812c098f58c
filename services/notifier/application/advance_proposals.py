"""Letting time pass: answers take effect, "later" asks again, silence expires."""

from dataclasses import dataclass
from uuid import UUID

from services.notifier.application.carry_out import CarryOut
from services.notifier.application.ports import Begin, Work
from services.notifier.domain.advancing import advance
from services.notifier.domain.effects import Effect
from shared.contracts.delivery import Clock

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class AdvanceProposals:
    """Advance the proposals whose moment has come, each in its own transaction."""

    begin: Begin
    carry_out: CarryOut
    clock: Clock

    async def __call__(self) -> list[Effect]:
        """Advance up to `AT_ONCE`; returns what followed."""
        async with self.begin() as work:
            due = await work.search.due(self.clock(), at_most=AT_ONCE)
        done: list[Effect] = []
        for proposal_id in due:
            async with self.begin() as work:
                done.extend(await self._one(proposal_id, work))
        return done

    async def _one(self, proposal_id: UUID, work: Work) -> tuple[Effect, ...]:
        proposal = await work.proposals.locked(proposal_id)
        if proposal is None:
            return ()
        need = await work.needs.get(proposal.need_id)
        directly = need is not None and need.introduce_directly
        now = self.clock()
        step = advance(proposal, now, self.carry_out.rules, directly=directly)
        return await self.carry_out(step, work, now)
