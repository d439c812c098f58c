"""What people answered, and what that teaches about fit: most of it teaches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Outcome(StrEnum):
    """What became of asking."""

    EXPIRED = "expired"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    INTRODUCED = "introduced"


class Lesson(StrEnum):
    """What an answer says about whether need and capability fit."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    NOTHING = "nothing"


# Only what is about the subject teaches. Who has no time, finds the moment or the text wrong, or
# has misgivings may well be the right person; who gives another reason, or none, leaves it open.
LESSONS: Mapping[str, Lesson] = {
    "out_of_field": Lesson.DOES_NOT_FIT,
    "no_capacity": Lesson.NOTHING,
    "too_early": Lesson.NOTHING,
    "unclear": Lesson.NOTHING,
    "ethics": Lesson.NOTHING,
    "already_done": Lesson.NOTHING,
    "other": Lesson.NOTHING,
}


class _Telling(IntEnum):
    """How much an answer tells: of two about one proposal, from either side, the higher stays."""

    SILENCE = 0
    OTHER_REFUSAL = 1
    ONE_YES = 2
    MISFIT = 3
    TWO_YESES = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One side's last word about a proposal, or both sides' yes.

    Attributes:
        reason: Why it was declined, as the contract names it; empty where none was given.
    """

    outcome: Outcome
    reason: str = ""

    @property
    def lesson(self) -> Lesson:
        """What it teaches; silence is no answer, and a reason that is not known teaches nothing."""
        match self.outcome:
            case Outcome.ACCEPTED | Outcome.INTRODUCED:
                return Lesson.FITS
            case Outcome.DECLINED:
                return LESSONS.get(self.reason, Lesson.NOTHING)
            case Outcome.EXPIRED:
                return Lesson.NOTHING

    @property
    def telling(self) -> int:
        """How much it tells."""
        match self.outcome, self.lesson:
            case Outcome.INTRODUCED, _:
                return _Telling.TWO_YESES
            case _, Lesson.DOES_NOT_FIT:
                return _Telling.MISFIT
            case Outcome.ACCEPTED, _:
                return _Telling.ONE_YES
            case Outcome.DECLINED, _:
                return _Telling.OTHER_REFUSAL
            case _:
                return _Telling.SILENCE

    def more_telling(self, other: "Answer") -> "Answer":
        """The one that stays; the same whichever was heard first."""
        return max(self, other, key=lambda answer: (answer.telling, answer.reason))
