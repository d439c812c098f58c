"""Where a need stands, told to its organisation without saying who refused or who anyone is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from uuid import UUID

from services.profiles.domain.need import Need, Published, Withdrawn


class Asked(StrEnum):
    """Which side of a proposal."""

    NEED = "need_side"
    RESEARCH = "research_side"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is known of one proposal.

    Attributes:
        research_sent_at: When the researcher was asked; None while the mail has not left.
        research_answer: accepted, declined, later or expired; empty while there is none.
        over: Superseded or withdrawn.
    """

    id: UUID
    need_id: UUID
    capability_id: UUID
    research_sent_at: datetime | None = None
    need_sent_at: datetime | None = None
    research_answer: str = ""
    need_answer: str = ""
    introduced_at: datetime | None = None
    over: bool = False

    def sent(self, side: Asked, at: datetime) -> "Proposal":
        """A side was asked; the first time counts."""
        if side is Asked.NEED:
            return replace(self, need_sent_at=self.need_sent_at or at)
        return replace(self, research_sent_at=self.research_sent_at or at)

    def answered(self, side: Asked, answer: str) -> "Proposal":
        """A side answered, or let the time pass (`expired`)."""
        if side is Asked.NEED:
            return replace(self, need_answer=answer)
        return replace(self, research_answer=answer)

    def introduced(self, at: datetime) -> "Proposal":
        """Both accepted."""
        return replace(self, introduced_at=self.introduced_at or at)

    def ended(self) -> "Proposal":
        """Superseded, or one of the parties left."""
        return replace(self, over=True)

    @property
    def is_willing(self) -> bool:
        """Whether a team said yes and the organisation still has to answer."""
        said_yes = self.research_answer == "accepted" and self.need_answer in ("", "later")
        return said_yes and not self.over and self.introduced_at is None

    @property
    def is_open(self) -> bool:
        """Whether the researcher still has to answer."""
        asked = self.research_sent_at is not None and self.research_answer in ("", "later")
        return asked and not self.over


class StepName(StrEnum):
    """The steps of a need's way, in order."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    PUBLISHED = "published"
    ASKED = "asked"
    WILLING = "willing"
    INTRODUCED = "introduced"
    ON_WATCH = "on_watch"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Step:
    """A step: when it was reached (None: not yet, or no single moment) and how many it counts."""

    name: StepName
    reached: bool
    at: datetime | None = None
    n: int = 0


def steps(
    need: Need, proposals: Sequence[Proposal], *, unmatched_at: datetime | None
) -> list[Step]:
    """The way of a need so far, and what may still come.

    Args:
        need: The need.
        proposals: All that is known of its proposals.
        unmatched_at: When nobody else could be asked, if nothing was proposed since.
    """
    way = [
        Step(StepName.RECEIVED, reached=True, at=need.submitted_at),
        Step(StepName.CONFIRMED, reached=need.confirmed_at is not None, at=need.confirmed_at),
        Step(StepName.PUBLISHED, reached=need.published_at is not None, at=need.published_at),
        *_from_proposals(proposals),
    ]
    match need.life:
        case Withdrawn(at):
            reached = list(takewhile(lambda step: step.reached, way))
            return [*reached, Step(StepName.CLOSED, reached=True, at=at)]
        case Published() if unmatched_at and not any(p.introduced_at for p in proposals):
            return [*way, Step(StepName.ON_WATCH, reached=True, at=unmatched_at)]
    return way


def _from_proposals(proposals: Sequence[Proposal]) -> list[Step]:
    asked = [p.research_sent_at for p in proposals if p.research_sent_at]
    willing = sum(p.is_willing for p in proposals)
    told = [
        p.need_sent_at for p in proposals if p.need_sent_at and (p.is_willing or p.introduced_at)
    ]
    introduced = [p.introduced_at for p in proposals if p.introduced_at]
    return [
        Step(StepName.ASKED, reached=bool(asked), at=min(asked, default=None), n=len(asked)),
        Step(
            StepName.WILLING,
            reached=bool(willing or introduced),
            at=min(told, default=None),
            n=willing,
        ),
        Step(
            StepName.INTRODUCED,
            reached=bool(introduced),
            at=min(introduced, default=None),
            n=len(introduced),
        ),
    ]
