"""What reading needs from outside: guesses of subjects, and what was told of a need before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.matcher.domain.representation import NeedRepresentation


class Guess(Protocol):
    """A subject that a need seems to be about."""

    @property
    def subject_id(self) -> str:
        """Which subject."""
        ...

    @property
    def weight(self) -> float:
        """How sure that is, from 0 to 1."""
        ...


class Subjects(Protocol):
    """Guesses what a need is about; busy with the processor, so call it in a thread."""

    def nearest(self, need: NeedRepresentation, at_most: int = ...) -> Sequence[Guess]:
        """The surest subjects, the surest first."""
        ...


@dataclass(frozen=True, slots=True)
class Guessed:
    """A guess as it is told and kept."""

    subject_id: str
    weight: float


@dataclass(frozen=True, slots=True)
class Unread:
    """A need that should be read.

    Attributes:
        looked: How many looks at it have ended.
        is_settled: Whether no look is pending, so that its questions can be compared.
    """

    need_id: UUID
    looked: int
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What was told of a need.

    Attributes:
        number: Counts what was told of this version of the need, from 1.
        model: The representations that it was made from.
        looked: How many looks at the need had ended then.
        answered: Whether each question is answered; empty while they were not compared.
    """

    need_id: UUID
    need_version: int
    number: int
    model: str
    looked: int
    guesses: tuple[Guessed, ...]
    answered: tuple[bool, ...] = ()


class Readings(Protocol):
    """What was told of needs."""

    async def next_unread(self, model: str) -> Unread | None:
        """An open need of whose version, model or choice nothing was told; new versions first."""
        ...

    async def latest(self, need_id: UUID) -> Reading | None:
        """What was told last."""
        ...

    async def keep(self, reading: Reading) -> bool:
        """Keep it unless the need changed, ended or was read meanwhile; whether it was kept."""
        ...
