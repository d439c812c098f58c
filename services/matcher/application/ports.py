"""What the matcher's use cases need from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.matcher.domain.features import Features
from services.matcher.domain.match import Grade, Score
from services.matcher.domain.reasons import Ground
from services.matcher.domain.representation import Stems
from services.matcher.domain.vectors import Matrix

Told = Callable[[int, int], None]
"""Called with how many texts are done, and of how many."""


class Role(StrEnum):
    """Which side of a search a text is on: asking, or answering."""

    QUERY = "query"
    PASSAGE = "passage"


class Embedder(Protocol):
    """Turns texts into vectors; busy with the processor, so call it in a thread."""

    @property
    def name(self) -> str:
        """Model and version: vectors of two names must not be compared."""
        ...

    def encode(self, texts: Sequence[str], *, role: Role, told: Told | None = None) -> Matrix:
        """One row of length one for each text, in their order; a text gives one vector always."""
        ...


class VectorCache(Protocol):
    """Vectors computed before, by a key of embedder, role and text."""

    def get(self, key: str) -> Matrix | None:
        """The vector kept under a key."""
        ...

    def put(self, key: str, vector: Matrix) -> None:
        """Keep a vector."""
        ...


@dataclass(frozen=True, slots=True)
class WrittenStem:
    """A stem, and the word that was written."""

    stem: str
    word: str


class Stemmer(Protocol):
    """Cuts a text into stems, so that two forms of a word meet."""

    def stems(self, text: str, *, language: str) -> list[WrittenStem]:
        """The stems of a text in their order, without small words."""
        ...


class TextSpace(Protocol):
    """Places texts of both languages where the company of their words says that they belong."""

    @property
    def name(self) -> str:
        """Vectors of two names must not be compared."""
        ...

    def place(self, texts: Sequence[Stems]) -> Matrix:
        """One row of length one for the stems of each text; zeros where none is known."""
        ...


class Scorer(Protocol):
    """Combines features into a probability."""

    @property
    def version(self) -> str:
        """Changes when a score could."""
        ...

    def score(self, rows: Sequence[Features], *, read: bool) -> list[Score]:
        """One score for each row; `read` when the need has questions."""
        ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """The same sentence in both languages."""

    fr: str
    en: str


class Catalogue(Protocol):
    """How things are said to people."""

    def reason(self, ground: Ground) -> Sentence:
        """A reason as a sentence."""
        ...

    def grade(self, grade: Grade) -> Sentence:
        """A grade as a few words."""
        ...
