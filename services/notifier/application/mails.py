"""What each mail says, as data: types decide what can be in it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.notifier.domain.delivery import Delivery
from services.notifier.domain.people import Introduction, Party, Shown
from services.notifier.domain.register import Side


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    """Please say that this address is yours; again when `is_reminder`."""

    subject_id: UUID
    is_reminder: bool


@dataclass(frozen=True, slots=True)
class MagicLink:
    """Here is the way to your page."""


@dataclass(frozen=True, slots=True)
class Question:
    """A proposal put to a side: the need to the researcher, the capability to the organisation."""

    shown: Shown
    side: Side
    answer_by: date
    is_reminder: bool = False
    is_asked_again: bool = False


@dataclass(frozen=True, slots=True)
class NoLongerNeeded:
    """The need found others: thank you."""

    shown: Shown


Content = ConfirmAddress | MagicLink | Question | Introduction | NoLongerNeeded


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be written."""

    delivery: Delivery
    to: Party
    content: Content
    now: datetime


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail as it travels."""

    sender: str
    recipient: str
    content: bytes
