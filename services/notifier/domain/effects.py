"""What follows from a change of a proposal: facts to tell and mails to write."""

from dataclasses import dataclass
from datetime import datetime

from services.notifier.domain.register import Answer, Side


@dataclass(frozen=True, slots=True)
class Ask:
    """Write to a side."""

    side: Side
    round: int


@dataclass(frozen=True, slots=True)
class SideAsked:
    """The mail server took the mail to a side."""

    side: Side
    round: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SideAnswered:
    """A side's answer took effect."""

    side: Side
    round: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class SideExpired:
    """A side stayed silent for too long."""

    side: Side


@dataclass(frozen=True, slots=True)
class Introduce:
    """Both sides said yes: each may know the other."""


@dataclass(frozen=True, slots=True)
class Supersede:
    """The need has enough introductions; whoever was asked is thanked."""

    thank_researcher: bool


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A party left, or cannot be reached."""


@dataclass(frozen=True, slots=True)
class Close:
    """The proposal is over: what waits to be sent about it is not sent."""


Effect = Ask | SideAsked | SideAnswered | SideExpired | Introduce | Supersede | Withdraw | Close
