"""Reasons and grades as sentences, from one file a language."""

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from services.matcher.application.ports import Sentence
from services.matcher.domain.capability import PartKind
from services.matcher.domain.match import Grade
from services.matcher.domain.quoting import Quote
from services.matcher.domain.reasons import Ground, Kind, Touch
from services.matcher.domain.shared_words import SharedWord
from services.matcher.domain.texts import folded
from shared.contracts.vocabularies import Language, Vocabulary, modes, sdgs

LOCALES = Path(__file__).parents[1] / "locales"
# Two forms of a word that begin alike for so long are one word to a reader.
SAME_BEGINNING = 4
_INNER_QUOTES = re.compile(r"[«“\"]\s*([^«»“”\"]+?)\s*[»”\"]")


class Marks(BaseModel):
    """How a language quotes and lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    quote: str
    inner: str
    left_out: str
    goes_on: str
    both_forms: str
    listing: str
    joining: str = Field(alias="and")


class Phrases(BaseModel):
    """What a language file holds: every reason and every grade, none missing, none more."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reasons: dict[Kind, str]
    passages: dict[Touch, str]
    sources: dict[PartKind, str]
    marks: Marks
    grades: dict[Grade, str]


class TomlCatalogue:
    """Says things in French and English."""

    def __init__(self, folder: Path = LOCALES) -> None:
        """Read both languages."""
        self._fr = _phrases(folder / "fr.toml")
        self._en = _phrases(folder / "en.toml")

    def reason(self, ground: Ground) -> Sentence:
        """A reason as a sentence."""
        return Sentence(_said(self._fr, ground, "fr"), _said(self._en, ground, "en"))

    def grade(self, grade: Grade) -> Sentence:
        """A grade as a few words."""
        return Sentence(self._fr.grades[grade], self._en.grades[grade])


def _phrases(path: Path) -> Phrases:
    return Phrases.model_validate(tomllib.loads(path.read_text("utf-8")))


def _said(phrases: Phrases, ground: Ground, language: Language) -> str:
    marks = phrases.marks
    is_passage = ground.kind is Kind.PASSAGE
    sentence = phrases.passages[ground.touch] if is_passage else phrases.reasons[ground.kind]
    source = phrases.sources[ground.source]
    return sentence.format(
        need=_quoted(ground.need, marks),
        capability=source.format(quote=_quoted(ground.capability, marks)),
        words=_listed([_both(word, marks) for word in ground.words], marks),
        terms=marks.listing.join(_labels(ground, language)),
    )


def _quoted(quote: Quote, marks: Marks) -> str:
    """A quote between marks, its own quotes marked otherwise, dots where something is left out."""
    inside = _INNER_QUOTES.sub(lambda found: marks.inner.format(text=found[1]), quote.text)
    before, after = marks.left_out * quote.cut_before, marks.goes_on * quote.cut_after
    return marks.quote.format(text=f"{before}{' '.join(inside.split())}{after}")


def _both(word: SharedWord, marks: Marks) -> str:
    """A shared word as the need writes it, and as the capability does where that is unlike."""
    wanted, offered = (_quoted(Quote(form), marks) for form in (word.wanted, word.offered))
    one, other = sorted((folded(word.wanted), folded(word.offered)), key=len)
    if other.startswith(one[:SAME_BEGINNING]):
        return wanted
    return marks.both_forms.format(wanted=wanted, offered=offered)


def _listed(items: list[str], marks: Marks) -> str:
    *others, last = items or [""]
    return f"{', '.join(others)}{marks.joining}{last}" if others else last


def _labels(ground: Ground, language: Language) -> list[str]:
    vocabularies: dict[Kind, Vocabulary] = {Kind.GOALS: sdgs(), Kind.MODES: modes()}
    known = vocabularies.get(ground.kind, {})
    return [known[term].label(language) if term in known else term for term in ground.terms]
