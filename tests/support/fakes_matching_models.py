"""Small models that stand for the real ones: words as directions, meaning as probability."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from services.matcher.application.explain_match import ExplainMatch
from services.matcher.application.ports import Role, Sentence, Told, WrittenStem
from services.matcher.application.represent import Represent
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.domain.bridges import Adapter, Bridges, Scope
from services.matcher.domain.features import MEANING, Features
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.match import Contribution, Grade, Score, Thresholds
from services.matcher.domain.reasons import Ground
from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.texts import folded, words
from services.matcher.domain.vectors import Centring, Matrix, unit

DIMENSIONS = 384
LEAST = 0.05
NOTHING = np.zeros(DIMENSIONS, dtype=np.float32)
RARITY = Rarity(documents=100, found_in={}, mean_length=20.0)


class WordEmbedder:
    """A text is the sum of its words, each a direction of its own."""

    def __init__(self, name: str = "words-1") -> None:
        self.name = name
        self.encoded = 0

    def encode(self, texts: Sequence[str], *, role: Role, told: Told | None = None) -> Matrix:
        self.encoded += len(texts)
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words(folded(text)):
                digest = blake2b(word.encode(), digest_size=2).digest()
                row[int.from_bytes(digest) % DIMENSIONS] += 1
        return unit(rows)


class WholeWords:
    """Every word is its own stem."""

    def stems(self, text: str, *, language: str) -> list[WrittenStem]:
        return [WrittenStem(folded(word), word) for word in words(text)]


class MeaningScorer:
    """The probability is how near the meanings are."""

    version = "meaning-1"

    def score(self, rows: Sequence[Features], *, read: bool) -> list[Score]:
        return [
            Score(min(1.0, max(0.0, near)), 0.0, (Contribution(MEANING, near, near),))
            for near in (row[MEANING] for row in rows)
        ]


class PlainCatalogue:
    """Says the kind of a reason and nothing else."""

    def reason(self, ground: Ground) -> Sentence:
        return Sentence(f"fr:{ground.kind}", f"en:{ground.kind}")

    def grade(self, grade: Grade) -> Sentence:
        return Sentence(f"fr:{grade}", f"en:{grade}")


def represent_with(embedder: WordEmbedder) -> Represent:
    centring = Centring("0", NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    return Represent(embedder, WholeWords(), centring)


def two_subjects() -> SubjectSpace:
    """Wells and night buses, each by its words."""
    rows = WordEmbedder().encode(["puits eau fer", "bus nuit"], role=Role.PASSAGE)
    return SubjectSpace("1", ("T1", "T2"), np.array([2, 2], dtype=np.uint8), rows, rows)


def bridges() -> Bridges:
    """Two subjects, an adapter that moves nothing, and no example of what is asked."""
    none = np.zeros((0, DIMENSIONS), dtype=np.float32)
    return Bridges("1", two_subjects(), Adapter(none, none), Scope(none, none))


def score_by_meaning() -> ScoreMatches:
    return ScoreMatches(MeaningScorer(), RARITY, bridges(), Thresholds(0.7, 0.4, LEAST))


def explain_plainly() -> ExplainMatch:
    return ExplainMatch(WholeWords(), RARITY, PlainCatalogue())
