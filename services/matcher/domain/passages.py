"""Which passages of a need and a capability are worth showing side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain.capability import Part, PartKind
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.shared_words import SharedWord, Stemmed, shared_words, tells
from services.matcher.domain.small_words import LIMITING_WORDS
from services.matcher.domain.texts import folded, may_be_quoted, words

PASSAGES = 2
# Similarity from which two passages speak of close things, and from which the same word is likely
# to mean the same in both.
CLOSE, SAME_SENSE = 0.15, 0.1
# What counts beside the similarity of two passages, which is below .3 for most.
FITTING, CENTRAL, WORDS, WORDS_AT_MOST = 1.5, 0.3, 0.12, 9.0
TITLE_PENALTY, BARE_PENALTY, VAGUE_PENALTY, MARKUP_PENALTY = 0.06, 0.08, 0.2, 0.5
REPEATING_PENALTY, QUESTION_BONUS = 0.4, 0.08
# What a team says it does not do must be much nearer than the rest to be quoted.
LIMITS_PENALTY = 0.5
# A passage with fewer telling words says little by itself.
TELLING_WORDS = 3

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Written:
    """The stems of each span of the need, and of each part and keyword of the capability."""

    spans: Sequence[Stemmed]
    parts: Sequence[Stemmed]
    keywords: Sequence[Stemmed] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Two passages that meet.

    Attributes:
        nearness: Similarity of their meanings, from -1 to 1.
        closeness: The same, averaged with the second's similarity with the whole need.
        words: The telling words that they share, rarest first.
    """

    span: str
    part: Part
    nearness: float
    closeness: float
    words: tuple[SharedWord, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Meetings:
    """All pairs of a span of the need and a part of the capability that may be quoted.

    Attributes:
        nearness: Similarities, shape (spans, parts).
        relevance: How well each part fits the need as it was read, shape (parts,).
        words: What each pair shares, rarest first; nothing where a passage may not be quoted, or
            where both are so far apart that the same word is chance.
    """

    need: NeedRepresentation
    capability: CapabilityRepresentation
    written: Written
    nearness: Scores
    relevance: Scores
    words: Sequence[Sequence[Sequence[SharedWord]]]


def quotable(part: Part) -> bool:
    """Whether a part of a capability may be quoted."""
    return bool(part.quote) and may_be_quoted(part.quote, ())


def states_limits(span: str) -> bool:
    """Whether a span seems to say what is not done."""
    return not LIMITING_WORDS.isdisjoint(words(folded(span)))


def meetings(
    need: NeedRepresentation,
    capability: CapabilityRepresentation,
    written: Written,
    rarity: Rarity,
) -> Meetings:
    """Compare each span with each part."""
    asked = np.vstack([need.whole[np.newaxis], need.question_vectors])
    near = _nearness(need, capability)
    quoted = [quotable(part) for part in capability.parts]
    return Meetings(
        need,
        capability,
        written,
        near,
        (capability.part_vectors @ asked.T).max(axis=1),
        [
            [
                shared_words(span, part, rarity) if near[i, j] >= SAME_SENSE and quoted[j] else []
                for j, part in enumerate(written.parts)
            ]
            for i, span in enumerate(written.spans)
        ],
    )


def _nearness(need: NeedRepresentation, capability: CapabilityRepresentation) -> Scores:
    """Similarities; two questions look alike by being questions, which says nothing."""
    asking = np.array([span.endswith("?") for span in need.spans], dtype=np.float32)
    asked = np.array([part.quote.endswith("?") for part in capability.parts], dtype=np.float32)
    near = need.span_vectors @ capability.part_vectors.T
    return np.asarray(near - QUESTION_BONUS * np.outer(asking, asked), dtype=np.float32)


def best_passages(met: Meetings) -> Iterator[Passage]:
    """The passages that meet best, best first; nothing is quoted twice."""
    need, capability = met.need, met.capability
    if not need.spans or not capability.parts:
        return
    quotes = [part.quote for part in capability.parts]
    scores = _scores(met)
    for _ in range(PASSAGES):
        row, column = divmod(int(np.argmax(scores)), len(quotes))
        if scores[row, column] == -np.inf:
            return
        shared = tuple(met.words[row][column])
        near = float(met.nearness[row, column])
        closeness = (near + float(met.relevance[column])) / 2
        yield Passage(need.spans[row], capability.parts[column], near, closeness, shared)
        scores -= _repeating(need.span_vectors, row)[:, np.newaxis]
        scores -= _repeating(capability.part_vectors, column)
        scores[_same(need.spans, row), :] = -np.inf
        scores[:, _same(quotes, column)] = -np.inf


def _scores(met: Meetings) -> Scores:
    """How well each span fits each part, and both fit the need as it was read."""
    need, capability, written = met.need, met.capability, met.written
    central = CENTRAL * (need.span_vectors @ need.whole)
    weights = [[sum(word.weight for word in words) for words in row] for row in met.words]
    shared = WORDS * np.minimum(1, np.array(weights) / WORDS_AT_MOST)
    spans = [_markup(s) + _bare(w) for s, w in zip(need.spans, written.spans, strict=True)]
    parts = [_of_part(p) + _bare(w) for p, w in zip(capability.parts, written.parts, strict=True)]
    scores = met.nearness + shared + FITTING * met.relevance + central[:, np.newaxis]
    scores -= np.array(spans)[:, np.newaxis] + np.array(parts)
    return np.asarray(scores, dtype=np.float32)


def _repeating(vectors: Scores, chosen: int) -> Scores:
    """What each loses for being near to what is quoted already."""
    near = np.maximum(0, vectors @ vectors[chosen])
    return np.asarray(REPEATING_PENALTY * near, dtype=np.float32)


def _of_part(part: Part) -> float:
    if not quotable(part):
        return float("inf")
    title = TITLE_PENALTY * (part.kind is PartKind.TITLE)
    return title + LIMITS_PENALTY * states_limits(part.quote) + _markup(part.quote)


def _bare(stemmed: Stemmed) -> float:
    """What a passage loses for few telling words, or for many that any project would say."""
    telling, all_of_them = sum(tells(stem) for stem in stemmed.forms), max(1, len(stemmed.forms))
    vague = 1 - telling / all_of_them
    return BARE_PENALTY * max(0, TELLING_WORDS - telling) + VAGUE_PENALTY * vague


def _markup(text: str) -> float:
    """What a passage loses that was not written for people."""
    return MARKUP_PENALTY * any(mark in text for mark in "<>{}|")


def _same(texts: Sequence[str], chosen: int) -> list[int]:
    return [i for i, other in enumerate(texts) if folded(other) == folded(texts[chosen])]
