"""What profiles tells the log, from what it knows; ids derive from their cause."""

from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from services.profiles.domain.capability import (
    Capability,
    CapabilityText,
    Expired,
    Paused,
    Published,
    Retired,
    Submitted,
)
from services.profiles.domain.need import Need
from services.profiles.domain.party import Party
from shared.contracts.capabilities import (
    CapabilityPaused,
    CapabilityPublished,
    CapabilityRetired,
    Output,
)
from shared.contracts.contacts import ContactRecorded, PartyKind
from shared.contracts.event import Event, Tombstone, derived_id
from shared.contracts.letters import LetterKind, LetterRequested
from shared.contracts.needs import (
    ClosedReason,
    Mode,
    NeedClosed,
    NeedPublished,
    OrganisationType,
    Origin,
    Question,
    SubjectTick,
    Territory,
    Visibility,
)
from shared.contracts.topics import CAPABILITIES, CONTACTS, NEEDS


def contact_recorded(party: Party, at: datetime) -> ContactRecorded:
    """How to reach a party from now on."""
    return ContactRecorded(
        id=derived_id(party.id, "contact.recorded", party.version),
        occurred_at=at,
        version=party.version,
        party_id=party.id,
        kind=PartyKind(party.side.value),
        person=party.contact.person,
        body_name=party.contact.body_name,
        email=party.contact.email,
        phone=party.contact.phone,
        language=party.contact.language,
        verified=party.verified,
        epoch=party.epoch,
    )


def contact_erased(party: Party, at: datetime) -> Tombstone:
    """A party has nothing here any more."""
    cause = derived_id(party.id, "contact.erased", party.version)
    return Tombstone(topic=CONTACTS.name, key=str(party.id), id=cause, occurred_at=at)


def need_erased(need: Need, at: datetime) -> Tombstone:
    """A need is gone for ever."""
    cause = derived_id(need.id, "erased")
    return Tombstone(topic=NEEDS.name, key=str(need.id), id=cause, occurred_at=at)


def capability_erased(capability: Capability, at: datetime) -> Tombstone:
    """A capability is gone for ever."""
    cause = derived_id(capability.id, "erased")
    return Tombstone(topic=CAPABILITIES.name, key=str(capability.id), id=cause, occurred_at=at)


def confirmation_asked(declared: Need | Capability, at: datetime) -> LetterRequested:
    """Whoever declared it should confirm their address."""
    return LetterRequested(
        id=derived_id(declared.id, "confirm_address", declared.version),
        occurred_at=at,
        party_id=declared.party_id,
        kind=LetterKind.CONFIRM_ADDRESS,
        language=declared.language,
        subject_id=declared.id,
    )


def page_link_asked(party: Party, at: datetime, *, once_per: object) -> LetterRequested:
    """A party lost the link to its page; asking again within `once_per` changes nothing."""
    return LetterRequested(
        id=derived_id(party.id, "magic_link", once_per),
        occurred_at=at,
        party_id=party.id,
        kind=LetterKind.MAGIC_LINK,
        language=party.contact.language,
        subject_id=party.id,
    )


def need_published(need: Need, at: datetime) -> NeedPublished:
    """A need may be matched."""
    return NeedPublished(**_need_state(need, at))


def need_withdrawn(need: Need, at: datetime) -> NeedClosed:
    """A published need was taken back."""
    return NeedClosed(**_need_state(need, at), reason=ClosedReason.WITHDRAWN)


def capability_changed(capability: Capability, at: datetime) -> list[Event]:
    """What readers should know of a capability now; nothing while it was never published."""
    if capability.public_text is None:
        return []
    state = _capability_state(capability, capability.public_text, at)
    match capability.life:
        case Published():
            return [CapabilityPublished(**state)]
        case Paused(until):
            return [CapabilityPaused(**state, paused_until=until)]
        case Retired():
            return [CapabilityRetired(**state)]
        case Submitted() | Expired():
            return []
        case _:
            assert_never(capability.life)


def _need_state(need: Need, at: datetime) -> dict[str, Any]:
    text, facets = need.public_text, need.facets
    if text is None:
        raise ValueError(f"never published: {need.id}")
    return {
        "id": _told(need.id, need.version),
        "occurred_at": at,
        "version": need.version,
        "need_id": need.id,
        "organisation_id": need.party_id,
        "organisation_type": OrganisationType(facets.organisation_type),
        "language": need.language,
        "title": text.title,
        "description": text.description,
        "expectations": text.expectations,
        "themes": facets.themes,
        "modes": tuple(map(Mode, facets.modes)),
        "territory": Territory(city=facets.city, region=facets.region),
        "deadline": facets.deadline,
        "visibility": Visibility(facets.visibility),
        "introduce_directly": facets.introduce_directly,
        "subjects": tuple(
            SubjectTick(id=tick.subject_id, origin=Origin(tick.origin)) for tick in need.subjects
        ),
        "questions": tuple(
            Question(text=question.public_text, origin=Origin(question.origin))
            for question in need.questions
        ),
    }


def _capability_state(capability: Capability, text: CapabilityText, at: datetime) -> dict[str, Any]:
    facets = capability.facets
    return {
        "id": _told(capability.id, capability.version),
        "occurred_at": at,
        "version": capability.version,
        "capability_id": capability.id,
        "researcher_id": capability.party_id,
        "language": capability.language,
        "title": text.title,
        "summary": text.summary,
        "keywords": text.keywords,
        "outputs": tuple(
            Output(title=output.title, abstract=output.abstract, year=output.year)
            for output in text.outputs
        ),
        "disciplines": facets.disciplines,
        "sdgs": facets.sdgs,
        "modes": tuple(map(Mode, facets.modes)),
        "territory": Territory(city=facets.city, region=facets.region),
        "max_open": facets.max_open,
        "max_per_month": facets.max_per_month,
    }


def _told(aggregate_id: UUID, version: int) -> UUID:
    return derived_id(aggregate_id, "state", version)
