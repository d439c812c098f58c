"""From what a form says to an answer, and from a register to what its side is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.notifier.domain.people import Shown
from services.notifier.domain.proposal import Rules, Stage
from services.notifier.domain.register import (
    Accept,
    Accepted,
    Answer,
    Asking,
    Decline,
    Declined,
    Expired,
    Held,
    Later,
    NotAsked,
    Pending,
    Postponed,
    Register,
    Side,
)
from shared.contracts.introductions import DeclineReason

PARIS = ZoneInfo("Europe/Paris")


class FormError(Exception):
    """Something in the form is missing or wrong: `answer.<key>`."""

    def __init__(self, key: str) -> None:
        """Say what."""
        super().__init__(key)
        self.key = key


def read_answer(fields: Mapping[str, str]) -> Answer:
    """The answer in a form.

    Raises:
        FormError: There is none, or its reason or day is missing.
    """
    match fields.get("choice"):
        case "accept":
            return Accept()
        case "decline":
            return Decline(_reason(fields.get("reason", "")))
        case "later":
            return Later(_day(fields.get("later_on", "")))
        case _:
            raise FormError("choose_answer")


def _reason(text: str) -> str:
    try:
        return DeclineReason(text)
    except ValueError as unknown:
        raise FormError("choose_reason") from unknown


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise FormError("choose_day") from wrong


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a proposal stands for one side.

    Attributes:
        said: accepted, declined or later: what this side said, held or effective.
        over: Why nothing is asked of this side: introduced, expired, withdrawn..., or "".
        day: The day of a "later".
    """

    register: Register
    may_answer: bool
    held: Held | None
    effective: Answer | None
    said: str
    over: str
    day: date | None = None

    @property
    def asks(self) -> bool:
        """Whether this side's answer is waited for and it has not said anything yet."""
        return self.may_answer and self.held is None

    @property
    def may_postpone(self) -> bool:
        """Whether "later" can be chosen."""
        return self.register.may_postpone

    def answer_by(self, rules: Rules) -> date | None:
        """Until when silence is waited for."""
        match self.register.state:
            case Pending(asked_at=asked_at):
                return (asked_at + rules.expiry).date()
            case _:
                return None

    def seconds_left(self, now: datetime) -> float:
        """How long the answer can still be undone."""
        return 0.0 if self.held is None else (self.held.effective_at - now).total_seconds()

    @property
    def effective_at(self) -> str:
        """When the answer takes effect, on French clocks."""
        if self.held is None:
            return ""
        return self.held.effective_at.astimezone(PARIS).strftime("%H:%M:%S")


def standing(shown: Shown, side: Side, now: datetime) -> Standing:
    """Where a proposal stands for one side at a moment."""
    proposal = shown.proposal
    register = proposal.register(side)
    held = register.held if proposal.stage.is_open else None
    is_settled = held is not None and held.effective_at <= now
    effective = held.answer if held is not None and is_settled else _effective(register)
    spoken = held.answer if held is not None else effective
    return Standing(
        register=register,
        may_answer=proposal.may_answer(side) and not is_settled,
        held=None if is_settled else held,
        effective=effective,
        said=_said(spoken),
        over=_over(proposal.stage, register),
        day=spoken.until if isinstance(spoken, Later) else None,
    )


def _effective(register: Register) -> Answer | None:
    match register.state:
        case Accepted():
            return Accept()
        case Declined(reason=reason):
            return Decline(reason)
        case Postponed(until=until):
            return Later(until)
        case _:
            return None


def _said(spoken: Answer | None) -> str:
    match spoken:
        case Accept():
            return "accepted"
        case Decline():
            return "declined"
        case Later():
            return "later"
        case None:
            return ""


def _over(stage: Stage, register: Register) -> str:
    """Which closing page this side sees; its own "no" is said, not shown as an end."""
    match register.state:
        case Declined():
            return ""
        case Expired():
            return "expired"
        case NotAsked() if stage.is_open:
            return "not_asked"
        case NotAsked() | Asking() | Pending() | Postponed() | Accepted():
            # That the other side declined or stayed silent is not told apart.
            ends = {Stage.EXPIRED: "declined"}
            return "" if stage.is_open else ends.get(stage, stage.value)
