"""Finding research subjects in everyday words, as people type them."""

import math
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from typing import Literal

from shared.contracts.vocabularies.subject_table import Subject, subjects

Language = Literal["fr", "en"]
LONGEST_SEARCH = 200
MOST_WORDS = 12
SHORTEST_FAMILY = 4
"""Letters that a word needs to be taken for a form of another, or for a slip."""
OWN, OTHER = 1.0, 0.4
NAMED, CALLED = 1.0, 0.75
WHOLE_PHRASE = 1.5
OFTEN_BROUGHT = (0.8, 1.0, 1.1)
"""By the subject's `use`: among equals, what organisations bring goes first."""
_WORD = re.compile(r"[a-z0-9]{2,}")
SMALL_WORDS = frozenset(
    _WORD.findall(
        "au aux avec ce ces cette chez comment comme dans de des du elle en est et etre faire il"
        " ils je la le les leur leurs ma mais mes mon ne nos notre nous on ou par pas plus pour"
        " pourquoi que quel quelle qui sa sans se ses si son sont sur ta tes toi ton tu un une vos"
        " votre vous about all an and are as at be by can do for from how in is it its my not of"
        " on or our so that the their there this to us was we what when where which who why with"
        " you your"
    )
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_DOUBLED = re.compile(r"([a-z])\1")


@dataclass(frozen=True, slots=True)
class Index:
    """What is searched.

    Attributes:
        stems: All stems, sorted.
        places: For each stem, the subjects that use it (by position) and how much it says there.
        phrases: For each subject, its names and expressions as stems between spaces.
    """

    subjects: Sequence[Subject]
    stems: Sequence[str]
    places: Mapping[str, Mapping[int, float]]
    phrases: Sequence[str]


def find_subjects(words: str, language: Language, *, at_most: int) -> list[Subject]:
    """The subjects that everyday words mean, best first; nothing where none is near.

    Accents, plurals, word endings and one slip of the keyboard a word are forgiven.
    """
    wanted = stems_of(words[:LONGEST_SEARCH])[:MOST_WORDS]
    index = index_in(language)
    scores: dict[int, float] = defaultdict(float)
    for stem in dict.fromkeys(wanted):
        found = _said(stem, index)
        rarity = math.log(1 + len(index.subjects) / (1 + len(found)))
        for place, strength in found.items():
            scores[place] += rarity * strength
    phrase = f" {' '.join(wanted)} "
    ranked = sorted(
        (-_weighed(score, place, phrase, index), index.subjects[place].label(language), place)
        for place, score in scores.items()
    )
    return [index.subjects[place] for _, _, place in ranked[:at_most]]


def stems_of(text: str) -> list[str]:
    """The words of a text that say something: folded, without plurals and doubled letters."""
    plain = text.lower().replace("œ", "oe").replace("æ", "ae")
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
    return [_stem(word) for word in _WORD.findall(folded) if word not in SMALL_WORDS]


@cache
def index_in(language: Language) -> Index:
    """The index for a language; the other one's words count too, a little less."""
    known = tuple(subjects().values())
    places: dict[str, dict[int, float]] = defaultdict(dict)
    phrases = []
    for place, subject in enumerate(known):
        texts = []
        for text, weight in _texts(subject, language):
            stems = stems_of(text)
            texts.append(" ".join(stems))
            for stem in stems:
                places[stem][place] = max(weight, places[stem].get(place, 0.0))
        phrases.append(f" {'  '.join(texts)} ")
    return Index(known, sorted(places), places, phrases)


def _texts(subject: Subject, language: Language) -> Iterator[tuple[str, float]]:
    french, english = (OWN, OTHER) if language == "fr" else (OTHER, OWN)
    yield subject.fr, NAMED * french
    yield from ((expression, CALLED * french) for expression in subject.everyday)
    yield subject.en, NAMED * english
    yield from ((keyword, CALLED * english) for keyword in subject.keywords)


def _said(wanted: str, index: Index) -> dict[int, float]:
    """How strongly each subject says a stem, at best."""
    found: dict[int, float] = defaultdict(float)
    for stem, likeness in _like(wanted, index.stems):
        for place, weight in index.places[stem].items():
            found[place] = max(found[place], likeness * weight)
    return found


def _like(wanted: str, stems: Sequence[str]) -> list[tuple[str, float]]:
    """The stems that a typed one may stand for; slips only where nothing else was meant."""
    near = [
        (stem, likeness)
        for stem in _starting(wanted[:SHORTEST_FAMILY], stems)
        if (likeness := _family(wanted, stem))
    ]
    if near or len(wanted) <= SHORTEST_FAMILY:
        return near
    return [(stem, 0.7) for stem in _starting(wanted[:1], stems) if _one_slip(wanted, stem)]


def _starting(start: str, stems: Sequence[str]) -> Iterable[str]:
    first = bisect_left(stems, start)
    rest = (stems[place] for place in range(first, len(stems)))
    return takewhile(lambda stem: stem.startswith(start), rest)


def _family(wanted: str, stem: str) -> float:
    """How surely two stems with the same start are of one family; 0 where they are not."""
    if wanted == stem or len(wanted) < SHORTEST_FAMILY:
        return float(wanted == stem)
    common = _common(wanted, stem)
    if common == len(wanted):
        return 0.85 if len(stem) <= len(wanted) + 4 else 0.6
    if common >= max(SHORTEST_FAMILY, len(wanted) - 3):
        return 0.6
    return 0.0


def _common(one: str, other: str) -> int:
    """How many letters at their start are the same."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _one_slip(wanted: str, stem: str) -> bool:
    """Whether one letter is missing, added, wrong, or has changed places with the next."""
    if abs(len(wanted) - len(stem)) > 1:
        return False
    start = _common(wanted, stem)
    one, other = wanted[start:], stem[start:]
    swapped = one[1::-1] + one[2:] == other
    return swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stem = _singular(word)
    return stem if len(stem) < SHORTEST_FAMILY else _DOUBLED.sub(r"\1", stem)


def _singular(word: str) -> str:
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux") and len(word) > 4:  # noqa: PLR2004  # "faux" is no plural
        return word[:-2] + "l"
    if word.endswith(("s", "x")) and not word.endswith("ss") and len(word) > 3:  # noqa: PLR2004
        return word[:-1]
    return word


def _weighed(score: float, place: int, phrase: str, index: Index) -> float:
    as_said = WHOLE_PHRASE if phrase in index.phrases[place] else 1.0
    return score * as_said * OFTEN_BROUGHT[index.subjects[place].use]
