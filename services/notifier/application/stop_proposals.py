"""Unsubscribing: no proposals and no reminders any more; and changing one's mind."""

from dataclasses import dataclass
from uuid import UUID

from services.notifier.application.ports import Begin
from services.notifier.application.withdraw_proposals import WithdrawProposals


@dataclass(frozen=True, slots=True)
class StopProposals:
    """Stop what nobody waits for."""

    begin: Begin
    withdraw: WithdrawProposals

    async def __call__(self, party_id: UUID) -> None:
        """Stop at once; a researcher's open proposals end."""
        async with self.begin() as work:
            await work.parties.set_stopped(party_id, stopped=True)
            party = await work.parties.get(party_id)
            if party is not None and not party.is_organisation:
                await self.withdraw(work, party_id=party_id)

    async def resume(self, party_id: UUID) -> None:
        """Write again."""
        async with self.begin() as work:
            await work.parties.set_stopped(party_id, stopped=False)
