"""The life of a capability, from its submission to its end."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from services.profiles.domain.need import TooLateError
from services.profiles.domain.party import Contact, Language

LONGEST_PAUSE_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Submitted:
    """Waits for its address to be confirmed, since that was last asked for."""

    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """May be matched."""


@dataclass(frozen=True, slots=True)
class Paused:
    """May be matched again from a day on."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Retired:
    """No longer offered."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """Never confirmed in time."""

    at: datetime


CapabilityLife = Submitted | Published | Paused | Retired | Expired


@dataclass(frozen=True, slots=True)
class Output:
    """A publication or another result."""

    title: str
    year: int | None = None
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class CapabilityText:
    """The capability in its researcher's own words."""

    title: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class CapabilityFacets:
    """What was chosen rather than written, and how often to ask."""

    disciplines: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    modes: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    max_open: int = 2
    max_per_month: int = 3


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability; its text, public text and declared contact are as those of a need."""

    id: UUID
    party_id: UUID
    language: Language
    declared: Contact
    text: CapabilityText
    facets: CapabilityFacets
    life: CapabilityLife
    submitted_at: datetime
    version: int = 1
    confirmed_at: datetime | None = None
    public_text: CapabilityText | None = None

    def confirm(self, *, at: datetime, public_text: CapabilityText) -> "Capability":
        """The address is confirmed; a second confirmation changes nothing.

        Raises:
            TooLateError: What it said is erased.
        """
        match self.life:
            case Submitted():
                changed = self._now(Published())
                return replace(changed, confirmed_at=at, public_text=public_text)
            case Published() | Paused() | Retired():
                return self
            case Expired():
                raise TooLateError
            case _:
                assert_never(self.life)

    def pause(self, *, at: datetime, weeks: int) -> "Capability":
        """No proposals for some weeks, counted from now."""
        if not 1 <= weeks <= LONGEST_PAUSE_WEEKS:
            raise ValueError(f"not a pause: {weeks} weeks")
        match self.life:
            case Published() | Paused():
                return self._now(Paused(at + timedelta(weeks=weeks)))
            case Submitted() | Retired() | Expired():
                return self
            case _:
                assert_never(self.life)

    def resume(self) -> "Capability":
        """Proposals again."""
        return self._now(Published()) if isinstance(self.life, Paused) else self

    def retire(self, *, at: datetime) -> "Capability":
        """Offered no longer; what is over stays as it is."""
        match self.life:
            case Submitted() | Published() | Paused():
                return self._now(Retired(at))
            case Retired() | Expired():
                return self
            case _:
                assert_never(self.life)

    def ask_again(self, *, at: datetime) -> "Capability":
        """A new confirmation is asked for.

        Raises:
            TooLateError: What it said is erased.
        """
        match self.life:
            case Submitted():
                return self._now(Submitted(at))
            case Published() | Paused() | Retired():
                return self
            case Expired():
                raise TooLateError
            case _:
                assert_never(self.life)

    def expire(self, *, at: datetime) -> "Capability":
        """Forget an unconfirmed capability and what it said."""
        if not isinstance(self.life, Submitted):
            return self
        return replace(
            self._now(Expired(at)),
            declared=Contact("", "", "", "", self.language),
            text=CapabilityText(""),
            facets=CapabilityFacets(),
        )

    def _now(self, life: CapabilityLife) -> "Capability":
        return replace(self, life=life, version=self.version + 1)
