"""Which words two texts share, within a language and across, and which of them tell something."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from math import log

from services.matcher.domain.lexical import Rarity
from services.matcher.domain.small_words import VAGUE_STEMS
from services.matcher.domain.texts import folded

# Fewer than one text in so many has a word that is worth naming, or that is a reason by itself.
TELLING = log(15)
RARE = log(150)
# Cognates ("biodiversité", "biodiversity") begin alike for so long, and for so much of both.
COGNATE_LETTERS = 6
COGNATE_SHARE = 0.8
# What goes on for longer is no word that could be named.
LONGEST_WORD = 30


@dataclass(frozen=True, slots=True)
class Stemmed:
    """A text's stems, each with how it is first written there."""

    language: str = "fr"
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SharedWord:
    """A word that both sides use, as each writes it.

    Attributes:
        weight: How rare it is.
    """

    wanted: str
    offered: str
    weight: float


def shared_words(
    wanted: Stemmed, offered: Stemmed, rarity: Rarity, *, at_least: float = TELLING
) -> list[SharedWord]:
    """The telling words of both texts, rarest first."""
    found = [
        SharedWord(wanted.forms[mine], offered.forms[theirs], weight)
        for mine, theirs in _meetings(wanted, offered)
        if (weight := min(rarity.weight(mine), rarity.weight(theirs))) >= at_least
    ]
    return sorted(found, key=lambda word: (-word.weight, word.wanted))


def tells(stem: str) -> bool:
    """Whether a stem is more than what any project would say."""
    return 1 < len(stem) <= LONGEST_WORD and stem not in VAGUE_STEMS


def _meetings(wanted: Stemmed, offered: Stemmed) -> list[tuple[str, str]]:
    mine = [stem for stem in wanted.forms if tells(stem)]
    if wanted.language == offered.language:
        return [(stem, stem) for stem in mine if stem in offered.forms]
    begun: dict[str, list[str]] = {}
    for stem in offered.forms:
        begun.setdefault(stem[:COGNATE_LETTERS], []).append(stem)
    met = []
    for stem in mine:
        alike = [other for other in begun.get(stem[:COGNATE_LETTERS], ()) if _cognate(stem, other)]
        if alike:
            met.append((stem, max(alike, key=lambda other: (_beginning(stem, other), other))))
        elif stem in offered.forms and _is_a_name(wanted.forms[stem], offered.forms[stem]):
            met.append((stem, stem))
    return met


def _cognate(one: str, other: str) -> bool:
    alike = _beginning(one, other)
    return alike >= COGNATE_LETTERS and alike >= COGNATE_SHARE * max(len(one), len(other))


def _beginning(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_a_name(one: str, other: str) -> bool:
    """Whether two short words are one in any language: an acronym, or written just alike."""
    return folded(one) == folded(other) and (one.isupper() and other.isupper())
