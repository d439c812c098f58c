"""Someone wants what they declared to be gone: here, on the log, and with whoever read it there.

That a proposal was made stays, as three ids: the other side's counts must not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.profiles.application.admit import NotAdmittedError, Visitor, admitted
from services.profiles.application.events import (
    capability_erased,
    contact_erased,
    need_erased,
)
from services.profiles.application.ports import Begin, Tally, Transaction
from services.profiles.domain.capability import Capability
from services.profiles.domain.need import Need
from services.profiles.domain.party import Party
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased of a party."""

    needs: int
    capabilities: int


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase for ever; a second time there is nothing left to come in with."""

    begin: Begin
    clock: Clock
    tally: Tally

    async def need(self, visitor: Visitor, need_id: UUID) -> None:
        """Erase one need."""
        async with self.begin() as transaction:
            party = await admitted(transaction, visitor)
            need = await transaction.needs.get(need_id)
            if need is None or need.party_id != party.id:
                raise NotAdmittedError
            await _needs(transaction, [need], self.clock())
        self.tally.need("erased")

    async def capability(self, visitor: Visitor, capability_id: UUID) -> None:
        """Erase one capability."""
        async with self.begin() as transaction:
            party = await admitted(transaction, visitor)
            capability = await transaction.capabilities.get(capability_id)
            if capability is None or capability.party_id != party.id:
                raise NotAdmittedError
            await _capabilities(transaction, [capability], self.clock())
        self.tally.capability("erased")

    async def everything(self, visitor: Visitor) -> Erased:
        """Erase a party with all that it declared."""
        async with self.begin() as transaction:
            erased = await self._party(transaction, await admitted(transaction, visitor))
        self._count(erased)
        return erased

    async def of(self, party_id: UUID) -> Erased | None:
        """The same for an operator, who was asked to; None where nobody has this id."""
        async with self.begin() as transaction:
            party = await transaction.parties.get(party_id)
            if party is None:
                return None
            erased = await self._party(transaction, party)
        self._count(erased)
        return erased

    async def _party(self, transaction: Transaction, party: Party) -> Erased:
        at = self.clock()
        needs = await transaction.needs.of(party.id)
        capabilities = await transaction.capabilities.of(party.id)
        # First whom to write to: nothing that follows can be told them.
        await transaction.outbox.put(contact_erased(party, at))
        await _needs(transaction, needs, at)
        await _capabilities(transaction, capabilities, at)
        await transaction.parties.remove(party.id)
        return Erased(len(needs), len(capabilities))

    def _count(self, erased: Erased) -> None:
        for _ in range(erased.needs):
            self.tally.need("erased")
        for _ in range(erased.capabilities):
            self.tally.capability("erased")


async def _needs(transaction: Transaction, needs: Sequence[Need], at: datetime) -> None:
    for need in needs:
        await transaction.outbox.put(need_erased(need, at))
        await transaction.watch.erase(need.id)
        await transaction.readings.erase(need.id)
        await transaction.needs.remove(need.id)


async def _capabilities(
    transaction: Transaction, capabilities: Sequence[Capability], at: datetime
) -> None:
    for capability in capabilities:
        await transaction.outbox.put(capability_erased(capability, at))
        await transaction.capabilities.remove(capability.id)
