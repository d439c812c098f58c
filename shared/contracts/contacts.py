"""Contacts: the only place on the log where names and addresses are."""

from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.event import Event


class PartyKind(StrEnum):
    """Which side a party is on."""

    ORGANISATION = "organisation"
    RESEARCHER = "researcher"


class ContactRecorded(Event):
    """How to reach a party; nothing but the confirmation goes to an address not verified."""

    KEY: ClassVar[str] = "party_id"
    type: Literal["contact.recorded.v1"] = "contact.recorded.v1"
    party_id: UUID
    kind: PartyKind
    person: str
    body_name: str
    email: str
    phone: str = ""
    language: Literal["fr", "en"]
    verified: bool
    epoch: int = 0
