"""Letters: mails that profiles asks the notifier to write."""

from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.event import Event


class LetterKind(StrEnum):
    """What a letter is for."""

    CONFIRM_ADDRESS = "confirm_address"
    MAGIC_LINK = "magic_link"


class LetterRequested(Event):
    """A party should be written to; the notifier adds address and link."""

    KEY: ClassVar[str] = "party_id"
    type: Literal["letter.requested.v1"] = "letter.requested.v1"
    party_id: UUID
    kind: LetterKind
    language: Literal["fr", "en"]
    subject_id: UUID
    """The need or capability that the letter is about."""
