"""One logical mail: its states, what an attempt makes of it, when it is tried again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID


class Kind(StrEnum):
    """What a mail is for."""

    CONFIRM_ADDRESS = "confirm_address"
    MAGIC_LINK = "magic_link"
    PROPOSAL = "proposal"
    PROPOSAL_REMINDER = "proposal_reminder"
    TEAM_WILLING = "team_willing"
    INTRODUCTION = "introduction"
    SUPERSEDED_THANKS = "superseded_thanks"


class State(StrEnum):
    """Where a mail is."""

    PLANNED = "planned"
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    IN_DOUBT = "in_doubt"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ASKS = frozenset({Kind.PROPOSAL, Kind.TEAM_WILLING})
"""Mails that ask a side; without them a proposal cannot go on."""
UNASKED_FOR = frozenset({Kind.PROPOSAL, Kind.PROPOSAL_REMINDER})
"""Mails that nobody waits for: they keep working hours and may be unsubscribed from."""
ABOUT_LETTERS = frozenset({Kind.CONFIRM_ADDRESS, Kind.MAGIC_LINK})
ONCE_MORE = frozenset(set(Kind) - {Kind.PROPOSAL_REMINDER, Kind.SUPERSEDED_THANKS})
"""Mails that go once more when nobody knows whether they arrived: a loss is worse than a copy."""
LANES = {Kind.PROPOSAL: 1, Kind.SUPERSEDED_THANKS: 2, Kind.PROPOSAL_REMINDER: 2}
"""What goes first when there is much to send; what answers a person's own act is 0."""
GIVEN_UP_AFTER = {
    Kind.CONFIRM_ADDRESS: timedelta(hours=48),
    Kind.MAGIC_LINK: timedelta(hours=24),
    Kind.PROPOSAL: timedelta(days=7),
    Kind.PROPOSAL_REMINDER: timedelta(days=3),
    Kind.TEAM_WILLING: timedelta(days=7),
    Kind.INTRODUCTION: timedelta(days=14),
    Kind.SUPERSEDED_THANKS: timedelta(days=3),
}
RETRIES_S = (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400, 21600)
GREYLISTED_S = 300
UNREACHABLE_S = 60


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail to one person, sent at most once (but for one copy after a doubt).

    Attributes:
        about: The proposal, or the letter that asked for this mail.
        subject_id: The need or capability that a letter is about.
        step: Which of several mails of this kind about the same thing.
        caused_at: When what led to this mail happened.
        due_at: When to try next; None when nothing is left to do.
        begun_at: When it was first tried.
        doubts: How often nobody knew whether it arrived.
        possible_duplicate: Its body was sent after such a doubt.
    """

    id: UUID
    kind: Kind
    about: UUID
    subject_id: UUID
    recipient_id: UUID
    step: int
    caused_at: datetime
    state: State
    due_at: datetime | None
    begun_at: datetime | None = None
    attempt: int = 0
    body_started: bool = False
    doubts: int = 0
    possible_duplicate: bool = False
    reason: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The server took the mail."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """The server said "later", or was gone before the body."""

    why: str
    is_greylisting: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is no mail server, or it does not let us in: not this mail's fault."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said "never"."""

    why: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The connection broke after the body began: nobody knows."""

    why: str


Outcome = Taken | NotNow | Unreachable | Refused | Doubtful


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait after a failure; `jitter` is from 0.5 to 1."""

    in_doubt: timedelta
    jitter: float = 1.0


def claimed(delivery: Delivery, now: datetime) -> Delivery:
    """A worker takes it in hand."""
    return replace(
        delivery,
        state=State.SENDING,
        attempt=delivery.attempt + 1,
        begun_at=delivery.begun_at or now,
        body_started=False,
    )


def body_starting(delivery: Delivery) -> Delivery:
    """From here on, only the server's answer says whether it arrived."""
    is_copy = delivery.possible_duplicate or delivery.doubts > 0
    return replace(delivery, body_started=True, possible_duplicate=is_copy)


def after(delivery: Delivery, outcome: Outcome, now: datetime, waits: Waits) -> Delivery:
    """What an attempt made of it."""
    match outcome:
        case Taken():
            return replace(delivery, state=State.ACCEPTED, due_at=None, done_at=now)
        case Refused(why):
            return ended(delivery, State.FAILED, why, now)
        case Doubtful(why):
            return _doubted(delivery, why, now, waits)
        case NotNow(why, is_greylisting):
            wait_s = RETRIES_S[min(delivery.attempt, len(RETRIES_S)) - 1]
            least_s = GREYLISTED_S if is_greylisting else 0
            return _deferred(delivery, why, now, max(least_s, wait_s * waits.jitter))
        case Unreachable(why):
            wait_s = RETRIES_S[min(delivery.attempt, len(RETRIES_S)) - 1]
            return _deferred(delivery, why, now, min(wait_s, UNREACHABLE_S) * waits.jitter)
        case _:
            assert_never(outcome)


def abandoned(delivery: Delivery, now: datetime, waits: Waits) -> Delivery:
    """The worker that had it in hand is gone: the phase it wrote down says what is known."""
    if delivery.body_started:
        return _doubted(delivery, "sender gone after the body began", now, waits)
    return replace(delivery, state=State.QUEUED, due_at=now)


def ended(delivery: Delivery, state: State, why: str, now: datetime) -> Delivery:
    """It will not be sent (again)."""
    return replace(delivery, state=state, reason=why, due_at=None, done_at=now)


def _deferred(delivery: Delivery, why: str, now: datetime, wait_s: float) -> Delivery:
    next_at = now + timedelta(seconds=wait_s)
    if next_at > (delivery.begun_at or now) + GIVEN_UP_AFTER[delivery.kind]:
        return ended(delivery, State.EXPIRED, why, now)
    return replace(delivery, state=State.DEFERRED, reason=why, due_at=next_at)


def _doubted(delivery: Delivery, why: str, now: datetime, waits: Waits) -> Delivery:
    goes_again = delivery.kind in ONCE_MORE and delivery.doubts == 0
    return replace(
        delivery,
        state=State.IN_DOUBT,
        reason=why,
        doubts=delivery.doubts + 1,
        due_at=now + waits.in_doubt if goes_again else None,
        done_at=None if goes_again else now,
    )
