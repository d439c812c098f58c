"""The owner of an address confirms what was declared with it."""

from dataclasses import dataclass

from services.profiles.application.admit import Visitor, admitted
from services.profiles.application.events import (
    capability_changed,
    confirmation_asked,
    contact_recorded,
    need_published,
)
from services.profiles.application.hide import hidden_capability, hidden_need
from services.profiles.application.ports import Begin, PlaceholdersIn, Tally, Transaction
from services.profiles.application.read_declaration import Declaration, declared_by
from services.profiles.domain.capability import Capability
from services.profiles.domain.need import Need, Published, Review
from services.profiles.domain.party import Party
from shared.contracts.delivery import Clock
from shared.contracts.event import Event


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm a declaration once, or ask for its confirmation again."""

    begin: Begin
    clock: Clock
    tally: Tally
    review: Review
    placeholders: PlaceholdersIn

    async def __call__(self, visitor: Visitor, about: Declaration) -> Party:
        """Confirm; a second time changes nothing.

        Raises:
            TooLateError: It was erased, unconfirmed.
        """
        async with self.begin() as transaction:
            party = await admitted(transaction, visitor)
            declared = await declared_by(transaction, visitor, about)
            confirmed = self._confirmed(declared)
            if confirmed == declared:
                return party
            party = party.confirmed(declared.declared)
            await transaction.parties.save(party)
            await transaction.outbox.put(contact_recorded(party, self.clock()))
            await self._keep(transaction, confirmed)
        self._count(confirmed)
        return party

    async def again(self, visitor: Visitor, about: Declaration) -> None:
        """Ask for the confirmation again, with a new link.

        Raises:
            TooLateError: It was erased, unconfirmed.
        """
        async with self.begin() as transaction:
            await admitted(transaction, visitor)
            declared = await declared_by(transaction, visitor, about)
            asked = declared.ask_again(at=self.clock())
            if asked == declared:
                return
            if isinstance(asked, Need):
                await transaction.needs.save(asked)
            else:
                await transaction.capabilities.save(asked)
            await transaction.outbox.put(confirmation_asked(asked, self.clock()))

    def _confirmed(self, declared: Need | Capability) -> Need | Capability:
        at, masks, contact = self.clock(), self.placeholders[declared.language], declared.declared
        if isinstance(declared, Need):
            need_text = hidden_need(declared.text, contact, masks)
            return declared.confirm(at=at, review=self.review, public_text=need_text)
        text = hidden_capability(declared.text, contact, masks)
        return declared.confirm(at=at, public_text=text)

    async def _keep(self, transaction: Transaction, confirmed: Need | Capability) -> None:
        """Keep what was confirmed, and tell the log where it may be matched."""
        told: list[Event] = []
        if isinstance(confirmed, Capability):
            await transaction.capabilities.save(confirmed)
            told = capability_changed(confirmed, self.clock())
        else:
            await transaction.needs.save(confirmed)
            if isinstance(confirmed.life, Published):
                told = [need_published(confirmed, self.clock())]
        for event in told:
            await transaction.outbox.put(event)

    def _count(self, confirmed: Need | Capability) -> None:
        if isinstance(confirmed, Capability):
            self.tally.capability("published")
        else:
            self.tally.need("published" if isinstance(confirmed.life, Published) else "in_review")
