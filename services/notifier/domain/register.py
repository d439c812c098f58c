"""One side of a proposal: whether it was asked, what it said, and what holds for now."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Side(StrEnum):
    """Whose register of a proposal."""

    NEED = "need_side"
    RESEARCH = "research_side"


@dataclass(frozen=True, slots=True)
class Accept:
    """Yes."""


@dataclass(frozen=True, slots=True)
class Decline:
    """No, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Ask once more on that day."""

    until: date


Answer = Accept | Decline | Later


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that can be undone until it takes effect."""

    answer: Answer
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nothing was sent to this side."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The mail is on its way."""

    round: int


@dataclass(frozen=True, slots=True)
class Pending:
    """The mail server took the mail; silence is not consent."""

    round: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Postponed:
    """This side wants to be asked again on a day."""

    round: int
    until: date


@dataclass(frozen=True, slots=True)
class Accepted:
    """This side said yes."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """This side said no."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Expired:
    """This side stayed silent."""

    at: datetime


State = NotAsked | Asking | Pending | Postponed | Accepted | Declined | Expired


@dataclass(frozen=True, slots=True)
class Register:
    """What one side was asked and said; `held` is an answer that is not effective yet."""

    state: State = NotAsked()
    held: Held | None = None

    @property
    def may_answer(self) -> bool:
        """Whether a word from this side still counts."""
        return isinstance(self.state, Asking | Pending | Postponed)

    @property
    def may_postpone(self) -> bool:
        """Whether this side may still say "later": once only."""
        return isinstance(self.state, Asking | Pending) and self.state.round == 1

    @property
    def was_asked(self) -> bool:
        """Whether a mail about this proposal reached this side, as far as we know."""
        return not isinstance(self.state, NotAsked | Asking)


UNTOUCHED = Register()
