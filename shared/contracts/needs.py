"""Needs: what organisations ask for, without who asks."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.event import Event, Fact


class OrganisationType(StrEnum):
    """Who can have a need."""

    ASSOCIATION = "association"
    UNION = "union"
    COMPANY = "company"
    ESS = "ess"
    LOCAL_AUTHORITY = "local_authority"
    COLLECTIVE = "collective"
    PUBLIC_SERVICE = "public_service"
    SCHOOL = "school"


class Mode(StrEnum):
    """How research and society can work together."""

    INTERNSHIP = "internship"
    THESIS = "thesis"
    PARTICIPATORY_RESEARCH = "participatory_research"
    EXPERTISE = "expertise"
    TRAINING = "training"
    WORKSHOP = "workshop"
    EQUIPMENT = "equipment"
    DONT_KNOW = "dont_know"


class Visibility(StrEnum):
    """Who may read a need's text."""

    PUBLIC = "public"
    ANONYMOUS = "anonymous"
    MATCHING_ONLY = "matching_only"


class Origin(StrEnum):
    """Who added a subject or a question."""

    ORGANISATION = "organisation"
    FACILITATOR = "facilitator"


class ClosedReason(StrEnum):
    """Why a need is no longer open."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ANSWERED = "answered"
    REJECTED = "rejected"


class Territory(Fact):
    """Where a need is, or a capability works."""

    city: str = ""
    region: str = ""


class SubjectTick(Fact):
    """A research subject said to be what the need is about."""

    id: str
    origin: Origin


class Question(Fact):
    """The need, or a part of it, restated in research words."""

    text: str
    origin: Origin


class NeedState(Event):
    """The whole state of a need; texts have addresses, numbers, links and names masked."""

    KEY: ClassVar[str] = "need_id"
    need_id: UUID
    organisation_id: UUID
    organisation_type: OrganisationType
    language: Literal["fr", "en"]
    title: str
    description: str
    expectations: str = ""
    themes: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    territory: Territory = Territory()
    deadline: date | None = None
    visibility: Visibility = Visibility.MATCHING_ONLY
    introduce_directly: bool = False
    subjects: tuple[SubjectTick, ...] = ()
    questions: tuple[Question, ...] = ()


class NeedPublished(NeedState):
    """A confirmed need may be matched."""

    type: Literal["need.published.v1"] = "need.published.v1"


class NeedClosed(NeedState):
    """A need is no longer open."""

    type: Literal["need.closed.v1"] = "need.closed.v1"
    reason: ClosedReason
