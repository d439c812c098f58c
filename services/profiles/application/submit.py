"""Someone sends a form: it is kept and its address is asked to be confirmed."""

from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.events import confirmation_asked, contact_recorded
from services.profiles.application.ports import Begin, Tally, Transaction
from services.profiles.domain import capability as capabilities
from services.profiles.domain import need as needs
from services.profiles.domain.capability import Capability, CapabilityFacets, CapabilityText
from services.profiles.domain.need import Need, NeedFacets, NeedText
from services.profiles.domain.party import Contact, Party, Side
from shared.contracts.delivery import Clock, UnavailableError
from shared.contracts.event import derived_id


@dataclass(frozen=True, slots=True)
class NeedDeclaration:
    """A need as its form was filled; the form's id makes sending it twice harmless."""

    form_id: UUID
    contact: Contact
    text: NeedText
    facets: NeedFacets


@dataclass(frozen=True, slots=True)
class CapabilityDeclaration:
    """A capability as its form was filled."""

    form_id: UUID
    contact: Contact
    text: CapabilityText
    facets: CapabilityFacets


@dataclass(frozen=True, slots=True)
class Submit:
    """Keep what a form said, unconfirmed, and ask for the confirmation; once a form.

    A form sent again after what it said was erased brings nothing back.
    """

    begin: Begin
    clock: Clock
    tally: Tally

    async def need(self, declaration: NeedDeclaration) -> None:
        """Keep a need."""
        need_id, at = derived_id(declaration.form_id, "need"), self.clock()
        async with self.begin() as transaction:
            if await transaction.needs.get(need_id) or await transaction.outbox.has_erased(need_id):
                return
            party = await self._party(transaction, declaration, Side.ORGANISATION)
            need = Need(
                id=need_id,
                party_id=party.id,
                language=declaration.contact.language,
                declared=declaration.contact,
                text=declaration.text,
                facets=declaration.facets,
                life=needs.Submitted(at),
                submitted_at=at,
            )
            if not await transaction.needs.add(need):
                return
            await transaction.outbox.put(confirmation_asked(need, at))
        self.tally.need("submitted")

    async def capability(self, declaration: CapabilityDeclaration) -> None:
        """Keep a capability."""
        capability_id, at = derived_id(declaration.form_id, "capability"), self.clock()
        async with self.begin() as transaction:
            known = await transaction.capabilities.get(capability_id)
            if known or await transaction.outbox.has_erased(capability_id):
                return
            party = await self._party(transaction, declaration, Side.RESEARCHER)
            capability = Capability(
                id=capability_id,
                party_id=party.id,
                language=declaration.contact.language,
                declared=declaration.contact,
                text=declaration.text,
                facets=declaration.facets,
                life=capabilities.Submitted(at),
                submitted_at=at,
            )
            if not await transaction.capabilities.add(capability):
                return
            await transaction.outbox.put(confirmation_asked(capability, at))
        self.tally.capability("submitted")

    async def _party(
        self,
        transaction: Transaction,
        declaration: NeedDeclaration | CapabilityDeclaration,
        side: Side,
    ) -> Party:
        """Who declares: known by their address, or new and told to the log as unverified."""
        newcomer = Party(derived_id(declaration.form_id, "party"), side, declaration.contact)
        if await transaction.parties.add(newcomer):
            await transaction.outbox.put(contact_recorded(newcomer, self.clock()))
            return newcomer
        for known in await transaction.parties.at(newcomer.contact.email_key, [side]):
            said = known.declared_again(declaration.contact)
            if said != known:
                await transaction.parties.save(said)
                await transaction.outbox.put(contact_recorded(said, self.clock()))
            return said
        raise UnavailableError("the party was erased at this very moment")
