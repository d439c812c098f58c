"""A proposal: a need and a capability put to both sides."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from services.notifier.domain.effects import Effect
from services.notifier.domain.register import UNTOUCHED, Accepted, Register, Side


class Stage(StrEnum):
    """How far a proposal is."""

    COMPUTED = "computed"
    APPROVED = "approved"
    SENT = "sent"
    INTRODUCED = "introduced"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether something can still become of it."""
        return self in {Stage.COMPUTED, Stage.APPROVED, Stage.SENT}


@dataclass(frozen=True, slots=True)
class Rules:
    """The times of a proposal's life."""

    undo: timedelta
    expiry: timedelta = timedelta(days=21)
    longest_later: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A capability proposed for a need, with one register a side."""

    id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID
    organisation_id: UUID
    stage: Stage = Stage.COMPUTED
    research: Register = UNTOUCHED
    need: Register = UNTOUCHED

    def register(self, side: Side) -> Register:
        """What a side was asked and said."""
        return self.research if side is Side.RESEARCH else self.need

    def with_register(self, side: Side, register: Register) -> "Proposal":
        """The same with another register for a side."""
        if side is Side.RESEARCH:
            return replace(self, research=register)
        return replace(self, need=register)

    def side_of(self, party_id: UUID) -> Side | None:
        """Which side a party is on, if any."""
        sides = {self.researcher_id: Side.RESEARCH, self.organisation_id: Side.NEED}
        return sides.get(party_id)

    def party(self, side: Side) -> UUID:
        """Who is on a side."""
        return self.researcher_id if side is Side.RESEARCH else self.organisation_id

    def may_answer(self, side: Side) -> bool:
        """Whether a word from a side still counts."""
        return self.stage.is_open and self.register(side).may_answer

    @property
    def may_know_each_other(self) -> bool:
        """Whether names and addresses may pass between the sides: both accepted, nothing less."""
        return (
            self.stage is Stage.INTRODUCED
            and isinstance(self.research.state, Accepted)
            and isinstance(self.need.state, Accepted)
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A proposal after a change, and what follows from it."""

    proposal: Proposal
    effects: tuple[Effect, ...] = ()


class TooLateError(Exception):
    """The side was not asked, answered before, or the proposal is over."""


class NotAllowedError(Exception):
    """This answer cannot be given: "later" a second time, or too far away."""
