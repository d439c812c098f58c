"""Keeping how to reach people, and forgetting it."""

from dataclasses import dataclass
from uuid import UUID

from services.notifier.application.ports import Work
from services.notifier.application.withdraw_proposals import WithdrawProposals
from services.notifier.domain.people import Party
from shared.contracts.contacts import ContactRecorded, PartyKind
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class RecordContact:
    """Keep the newest address of a party."""

    async def __call__(self, event: ContactRecorded, work: Work) -> None:
        """Keep it, unless a newer one is known or the party was erased."""
        party = Party(
            id=event.party_id,
            is_organisation=event.kind is PartyKind.ORGANISATION,
            person=event.person,
            body_name=event.body_name,
            email=event.email,
            phone=event.phone,
            language=event.language,
            verified=event.verified,
            epoch=event.epoch,
            was_verified=event.verified,
        )
        await work.parties.record(party, version=event.version)


@dataclass(frozen=True, slots=True)
class EraseContact:
    """Forget a party: nothing is sent to it or about it any more."""

    withdraw: WithdrawProposals
    clock: Clock

    async def __call__(self, party_id: UUID, work: Work) -> None:
        """Clear it, cancel its mails, end its proposals."""
        await work.parties.erase(party_id)
        await work.deliveries.cancel_waiting(
            "erased", self.clock(), about=None, recipient_id=party_id
        )
        await self.withdraw(work, party_id=party_id)
