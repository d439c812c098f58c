"""Who can be written to, and what a proposal shows of the other side."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.notifier.domain.proposal import Proposal
from services.notifier.domain.register import Side

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation or a researcher.

    Attributes:
        is_organisation: Which side it is on.
        was_verified: Its address was verified once, whatever came later.
        stopped: It wants no proposals and no reminders.
        erased: Nothing is kept but the id.
    """

    id: UUID
    is_organisation: bool
    person: str
    body_name: str
    email: str
    phone: str
    language: Language
    verified: bool
    epoch: int = 0
    was_verified: bool = False
    stopped: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A need without who has it."""

    id: UUID
    organisation_id: UUID
    organisation_type: str
    title: str
    description: str = ""
    expectations: str = ""
    themes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    deadline: date | None = None
    introduce_directly: bool = False
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Capability:
    """What a researcher can bring, without who brings it."""

    id: UUID
    researcher_id: UUID
    title: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    region: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two texts meet, in both languages."""

    fr: str
    en: str
    share: float = 0.0

    def text(self, language: Language) -> str:
        """The sentence in a language."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Why:
    """What the matcher said when it proposed: kept, so that each proposal can be explained."""

    score: float
    grade: str
    model_version: str
    wave: int
    reasons: tuple[Reason, ...] = ()
    contributions: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What both sides may see of a proposal before they accept: no person, no address."""

    proposal: Proposal
    need: Need
    capability: Capability
    why: Why


class NotBothAcceptedError(Exception):
    """Someone's contact was asked for before both sides accepted."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What one side learns of the other: made by `introduction` only."""

    shown: Shown
    other: Party


def introduction(shown: Shown, side: Side, organisation: Party, researcher: Party) -> Introduction:
    """What the party on `side` learns of the other.

    Raises:
        NotBothAcceptedError: Not (yet) both accepted.
    """
    if not shown.proposal.may_know_each_other:
        raise NotBothAcceptedError
    return Introduction(shown, researcher if side is Side.NEED else organisation)
