"""Ending the open proposals of someone or something that left."""

from dataclasses import dataclass
from uuid import UUID

from services.notifier.application.carry_out import CarryOut
from services.notifier.application.ports import Work
from services.notifier.domain.asking import withdraw
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class WithdrawProposals:
    """End open proposals; who was asked finds a page that says so."""

    carry_out: CarryOut
    clock: Clock

    async def __call__(self, work: Work, **of: UUID) -> None:
        """End those with this `need_id`, `capability_id` or `party_id`."""
        for proposal_id in await work.search.open_ones(**of):
            await self.one(work, proposal_id)

    async def one(self, work: Work, proposal_id: UUID) -> None:
        """End one, if it is still open."""
        proposal = await work.proposals.locked(proposal_id)
        if proposal is not None:
            await self.carry_out(withdraw(proposal), work, self.clock())
