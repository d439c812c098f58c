"""A sample capability, published at once with an invented, confirmed researcher."""

from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.events import capability_changed, contact_recorded
from services.profiles.application.hide import hidden_capability
from services.profiles.application.ports import Begin, PlaceholdersIn
from services.profiles.domain.capability import (
    Capability,
    CapabilityFacets,
    CapabilityText,
    Submitted,
)
from services.profiles.domain.invented import invented_researcher
from services.profiles.domain.party import Language, Party, Side
from shared.contracts.delivery import Clock
from shared.contracts.event import derived_id

SAMPLES = UUID("b7f5b1a4-52a5-5b8e-8c59-3d1f0f6f2a77")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample capability; its id makes loading it again harmless."""

    id: str
    body_name: str
    language: Language
    text: CapabilityText
    facets: CapabilityFacets


@dataclass(frozen=True, slots=True)
class LoadSample:
    """Publish a sample; False where it was loaded before, or erased."""

    begin: Begin
    clock: Clock
    placeholders: PlaceholdersIn

    async def __call__(self, sample: Sample) -> bool:
        at = self.clock()
        contact = invented_researcher(
            sample.id, body_name=sample.body_name, language=sample.language
        )
        party = Party(
            derived_id(SAMPLES, "party", sample.id), Side.RESEARCHER, contact, verified=True
        )
        submitted = Capability(
            id=derived_id(SAMPLES, "capability", sample.id),
            party_id=party.id,
            language=sample.language,
            declared=contact,
            text=sample.text,
            facets=sample.facets,
            life=Submitted(at),
            submitted_at=at,
        )
        hidden = hidden_capability(sample.text, contact, self.placeholders[sample.language])
        published = submitted.confirm(at=at, public_text=hidden)
        async with self.begin() as transaction:
            if await transaction.outbox.has_erased(submitted.id):
                return False
            await transaction.parties.add(party)
            if not await transaction.capabilities.add(published):
                return False
            await transaction.outbox.put(contact_recorded(party, at))
            for told in capability_changed(published, at):
                await transaction.outbox.put(told)
        return True
