"""What people did, and what they were told about it."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Deed(StrEnum):
    """What someone did."""

    SENT_NEED = "sent a need"
    CONFIRMED_NEED = "confirmed a need"
    WITHDREW_NEED = "withdrew a need"
    SENT_OFFER = "sent an offer"
    CONFIRMED_OFFER = "confirmed an offer"
    PAUSED_OFFER = "paused an offer"
    RESUMED_OFFER = "resumed an offer"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Said:
    """Something that the system said had been done.

    Attributes:
        about: The need or capability; of an answer, the mail that asked.
        answer: accept, decline or later.
    """

    deed: Deed
    about: UUID
    answer: str = ""


@dataclass
class Ledger:
    """Everything that people were told, in order.

    Attributes:
        tried: What someone meant to do, told or not.
        odd: Replies that nobody should get, one sentence each.
        retries: How often someone had to try again.
    """

    said: list[Said] = field(default_factory=list)
    tried: set[Said] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)
    retries: int = 0
