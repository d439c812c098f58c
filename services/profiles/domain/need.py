"""The life of a need, from its submission to its end."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from services.profiles.domain.party import Contact, Language
from services.profiles.domain.reading import Question, Tick


class Review(StrEnum):
    """Whether a human looks at each confirmed need before it is published."""

    AUTO = "auto"
    MANUAL = "manual"


class TooLateError(Exception):
    """It was not confirmed in time and what it said is erased."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """Waits for its address to be confirmed, since that was last asked for."""

    asked_at: datetime


@dataclass(frozen=True, slots=True)
class InReview:
    """The address is confirmed; a human looks before it is published."""


@dataclass(frozen=True, slots=True)
class Published:
    """May be matched."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Its organisation took it back."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """Never confirmed in time."""

    at: datetime


NeedLife = Submitted | InReview | Published | Withdrawn | Expired


@dataclass(frozen=True, slots=True)
class NeedText:
    """The need in its organisation's own words."""

    title: str
    description: str
    expectations: str = ""


@dataclass(frozen=True, slots=True)
class NeedFacets:
    """What was chosen rather than written; words of the shared vocabularies."""

    organisation_type: str
    themes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    deadline: date | None = None
    visibility: str = "matching_only"
    introduce_directly: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A need.

    Attributes:
        declared: Who asks, as said with this need; holds for the party once confirmed.
        text: As written; never leaves this service.
        public_text: What was published, with names, addresses, numbers and links masked.
    """

    id: UUID
    party_id: UUID
    language: Language
    declared: Contact
    text: NeedText
    facets: NeedFacets
    life: NeedLife
    submitted_at: datetime
    version: int = 1
    confirmed_at: datetime | None = None
    published_at: datetime | None = None
    public_text: NeedText | None = None
    subjects: tuple[Tick, ...] = ()
    questions: tuple[Question, ...] = ()

    def confirm(self, *, at: datetime, review: Review, public_text: NeedText) -> "Need":
        """The address is confirmed; a second confirmation changes nothing.

        Raises:
            TooLateError: What it said is erased.
        """
        match self.life:
            case Submitted():
                confirmed = replace(self, confirmed_at=at, version=self.version + 1)
                if review is Review.MANUAL:
                    return replace(confirmed, life=InReview())
                return replace(
                    confirmed, life=Published(), published_at=at, public_text=public_text
                )
            case InReview() | Published() | Withdrawn():
                return self
            case Expired():
                raise TooLateError
            case _:
                assert_never(self.life)

    def withdraw(self, *, at: datetime) -> "Need":
        """Its organisation takes it back; what is over stays as it is."""
        match self.life:
            case Submitted() | InReview() | Published():
                return replace(self, life=Withdrawn(at), version=self.version + 1)
            case Withdrawn() | Expired():
                return self
            case _:
                assert_never(self.life)

    def read_as(
        self, *, subjects: tuple[Tick, ...] | None, questions: tuple[Question, ...] | None
    ) -> "Need":
        """People say what it is about; only a published need changes, None leaves as it is."""
        read = replace(
            self,
            subjects=self.subjects if subjects is None else subjects,
            questions=self.questions if questions is None else questions,
        )
        if read == self or not isinstance(self.life, Published):
            return self
        return replace(read, version=self.version + 1)

    def ask_again(self, *, at: datetime) -> "Need":
        """A new confirmation is asked for.

        Raises:
            TooLateError: What it said is erased.
        """
        match self.life:
            case Submitted():
                return replace(self, life=Submitted(at), version=self.version + 1)
            case InReview() | Published() | Withdrawn():
                return self
            case Expired():
                raise TooLateError
            case _:
                assert_never(self.life)

    def expire(self, *, at: datetime) -> "Need":
        """Forget an unconfirmed need and what it said."""
        if not isinstance(self.life, Submitted):
            return self
        nobody = Contact("", "", "", "", self.language)
        return replace(
            self,
            life=Expired(at),
            declared=nobody,
            text=NeedText("", ""),
            facets=NeedFacets(self.facets.organisation_type),
            version=self.version + 1,
        )
