"""Introductions: what became of each proposal, told by the notifier who owns it."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.event import Event


class Side(StrEnum):
    """Whose register of a proposal."""

    NEED = "need_side"
    RESEARCH = "research_side"


class Answer(StrEnum):
    """What someone can say to a proposal."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    LATER = "later"


class DeclineReason(StrEnum):
    """Why a proposal was declined."""

    OUT_OF_FIELD = "out_of_field"
    NO_CAPACITY = "no_capacity"
    TOO_EARLY = "too_early"
    UNCLEAR = "unclear"
    ETHICS = "ethics"
    ALREADY_DONE = "already_done"
    OTHER = "other"


class ProposalEvent(Event):
    """What all facts about a proposal name."""

    KEY: ClassVar[str] = "need_id"
    proposal_id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID


class ProposalSent(ProposalEvent):
    """A side was asked: the mail server took the mail."""

    type: Literal["proposal.sent.v1"] = "proposal.sent.v1"
    side: Side


class ProposalAnswered(ProposalEvent):
    """A side answered, and the time to undo it is over."""

    type: Literal["proposal.answered.v1"] = "proposal.answered.v1"
    side: Side
    answer: Answer
    reason: DeclineReason | None = None
    later_on: date | None = None


class ProposalExpired(ProposalEvent):
    """A side stayed silent: that is never a yes."""

    type: Literal["proposal.expired.v1"] = "proposal.expired.v1"
    side: Side


class ProposalSuperseded(ProposalEvent):
    """The need has enough introductions."""

    type: Literal["proposal.superseded.v1"] = "proposal.superseded.v1"


class ProposalWithdrawn(ProposalEvent):
    """One of the parties left."""

    type: Literal["proposal.withdrawn.v1"] = "proposal.withdrawn.v1"


class IntroductionMade(ProposalEvent):
    """Both sides accepted."""

    type: Literal["introduction.made.v1"] = "introduction.made.v1"


class DeliveryFailed(Event):
    """A mail could not be delivered."""

    KEY: ClassVar[str] = "need_id"
    type: Literal["delivery.failed.v1"] = "delivery.failed.v1"
    need_id: UUID
    party_id: UUID
    mail_kind: str
    reason: str
    proposal_id: UUID | None = None
