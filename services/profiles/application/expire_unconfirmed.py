"""What nobody confirmed in time is forgotten."""

from dataclasses import dataclass
from datetime import datetime

from services.profiles.application.events import contact_erased
from services.profiles.application.ports import Begin, Due, Tally, Transaction
from services.profiles.domain import capability as capabilities
from services.profiles.domain import need as needs
from services.profiles.domain.party import Party
from shared.contracts.delivery import Clock
from shared.contracts.links import CONFIRM


@dataclass(frozen=True, slots=True)
class ExpireUnconfirmed:
    """Erase unconfirmed declarations, and contacts that have nothing else."""

    begin: Begin
    clock: Clock
    tally: Tally

    async def __call__(self) -> int:
        """Erase what is due; returns how many declarations that were."""
        due = self.clock() - CONFIRM.lifetime
        async with self.begin() as transaction:
            needs_due = await transaction.needs.unconfirmed(asked_before=due)
            capabilities_due = await transaction.capabilities.unconfirmed(asked_before=due)
        for one in needs_due:
            await self._need(one, due)
        for one in capabilities_due:
            await self._capability(one, due)
        return len(needs_due) + len(capabilities_due)

    async def _need(self, one: Due, due: datetime) -> None:
        async with self.begin() as transaction:
            # Locked in the order of all others: the party first.
            party = await transaction.parties.get(one.party_id)
            need = await transaction.needs.get(one.id)
            if party is None or need is None or not _is_due(need.life, due):
                return
            await transaction.needs.save(need.expire(at=self.clock()))
            await self._erase_if_alone(transaction, party)
        self.tally.need("expired")

    async def _capability(self, one: Due, due: datetime) -> None:
        async with self.begin() as transaction:
            party = await transaction.parties.get(one.party_id)
            capability = await transaction.capabilities.get(one.id)
            if party is None or capability is None or not _is_due(capability.life, due):
                return
            await transaction.capabilities.save(capability.expire(at=self.clock()))
            await self._erase_if_alone(transaction, party)
        self.tally.capability("expired")

    async def _erase_if_alone(self, transaction: Transaction, party: Party) -> None:
        if party.verified:
            return
        lives = [
            *(need.life for need in await transaction.needs.of(party.id)),
            *(c.life for c in await transaction.capabilities.of(party.id)),
        ]
        if all(isinstance(life, needs.Expired | capabilities.Expired) for life in lives):
            await transaction.parties.erase(party.id)
            await transaction.outbox.put(contact_erased(party, self.clock()))


def _is_due(life: needs.NeedLife | capabilities.CapabilityLife, due: datetime) -> bool:
    match life:
        case needs.Submitted(asked_at) | capabilities.Submitted(asked_at):
            return asked_at <= due
        case _:
            return False
