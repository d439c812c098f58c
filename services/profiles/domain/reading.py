"""What a need is about in the words of research: said by people, guessed by the matcher."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MOST_SUBJECTS, MOST_QUESTIONS, LONGEST_QUESTION = 20, 4, 300


class TooManyError(Exception):
    """More subjects or questions than a need may have."""


class Origin(StrEnum):
    """Who said it."""

    ORGANISATION = "organisation"
    FACILITATOR = "facilitator"


@dataclass(frozen=True, slots=True)
class Tick:
    """A research subject that a need is said to be about."""

    subject_id: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Question:
    """The need, or a part of it, restated in research words.

    Attributes:
        text: As written; never leaves this service.
        public_text: What was published, with names, addresses, numbers and links masked.
    """

    text: str
    public_text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Reading:
    """What the matcher told last about a need.

    Attributes:
        need_version: The version that it read.
        number: Rises with each reading of one version.
        guesses: Ids of the subjects that the need seems to be about, the surest first.
        answered: Whether someone's work answers each question; empty while not compared.
    """

    need_id: UUID
    need_version: int
    number: int
    guesses: tuple[str, ...] = ()
    answered: tuple[bool, ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        """What makes one reading newer than another."""
        return self.need_version, self.number


def ticked(before: Sequence[Tick], subject_ids: Iterable[str], by: Origin) -> tuple[Tick, ...]:
    """The subjects now chosen; who chose one first stays its origin.

    Raises:
        TooManyError: That are more than a need may have.
    """
    first = {tick.subject_id: tick for tick in before}
    wanted = dict.fromkeys(subject_ids)
    kept = [tick for tick in before if tick.subject_id in wanted]
    new = [Tick(subject_id, by) for subject_id in wanted if subject_id not in first]
    if len(kept) + len(new) > MOST_SUBJECTS:
        raise TooManyError
    return (*kept, *new)


def asked(
    before: Sequence[Question], written: Sequence[Question], by: Origin
) -> tuple[Question, ...]:
    """The questions with those of one side as now written; the others' stay, and come first.

    Raises:
        TooManyError: All together are more than a need may have.
    """
    others = tuple(question for question in before if question.origin is not by)
    if len(others) + len(written) > MOST_QUESTIONS:
        raise TooManyError
    return (*others, *written)


def offered(ticks: Sequence[Tick], reading: Reading | None) -> list[str]:
    """The subjects to show, ticked or not: those said, then those guessed."""
    guesses = reading.guesses if reading else ()
    return list(dict.fromkeys([*(tick.subject_id for tick in ticks), *guesses]))


def answers(version: int, questions: int, reading: Reading | None) -> list[bool | None]:
    """Whether each question of this version is answered; None where that is not known."""
    if reading and reading.need_version == version and len(reading.answered) == questions:
        return list(reading.answered)
    return [None] * questions
