"""Matches: whom the matcher proposes for a need, and why."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Fact


class Contribution(Fact):
    """What one feature added to the score (log-odds)."""

    feature: str
    value: float
    contribution: float


class Reason(Fact):
    """Why two texts meet: a sentence in both languages and the spans that it quotes."""

    kind: str
    need_span: str = ""
    capability_span: str = ""
    text_fr: str
    text_en: str
    share: float = 0.0


MOST_SUBJECTS_GUESSED = 8


class SubjectGuess(Fact):
    """A research subject that a need seems to be about; the weight orders them."""

    id: str
    weight: float = Field(ge=0, le=1)


class QuestionReading(Fact):
    """Whether someone's work answers one of the need's questions, counted from 0."""

    position: int = Field(ge=0)
    answered: bool


class NeedRead(Event):
    """The matcher has read a need: what it seems to be about, and which questions lead nowhere.

    Attributes:
        version: Rises with each reading of one version of the need.
        need_version: The version of the need that was read; `questions` are its questions.
        subjects: The surest first.
        questions: Empty while they were not compared with anyone's work.
    """

    KEY: ClassVar[str] = "need_id"
    type: Literal["need.read.v1"] = "need.read.v1"
    need_id: UUID
    need_version: int = Field(ge=0)
    subjects: tuple[SubjectGuess, ...] = Field(max_length=MOST_SUBJECTS_GUESSED)
    questions: tuple[QuestionReading, ...] = ()


class MatchProposed(Event):
    """A capability should be asked about a need."""

    KEY: ClassVar[str] = "need_id"
    type: Literal["match.proposed.v1"] = "match.proposed.v1"
    proposal_id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID
    organisation_id: UUID
    wave: int = Field(ge=1)
    score: float = Field(ge=0, le=1)
    grade: Literal["excellent", "good", "possible"]
    model_version: str
    contributions: tuple[Contribution, ...]
    reasons: tuple[Reason, ...]


class NeedUnmatched(Event):
    """Nobody (else) can be asked for now: the need stays on watch."""

    KEY: ClassVar[str] = "need_id"
    type: Literal["need.unmatched.v1"] = "need.unmatched.v1"
    need_id: UUID
    candidates: int
    at_their_cap: int = 0
    paused: int = 0
    asked_before: int = 0
    too_far: int = 0
