"""Reasons and grades as sentences, from one file a language."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.matcher.application.ports import Sentence
from services.matcher.domain.match import Grade
from services.matcher.domain.reasons import Ground, Kind
from shared.contracts.vocabularies import Language, Vocabulary, modes, sdgs

LOCALES = Path(__file__).parents[1] / "locales"


class Phrases(BaseModel):
    """What a language file holds: every reason and every grade, none missing, none more."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reasons: dict[Kind, str]
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
    return phrases.reasons[ground.kind].format(
        need=ground.need_span,
        capability=ground.capability_span,
        terms=", ".join(_labels(ground, language)),
    )


def _labels(ground: Ground, language: Language) -> list[str]:
    vocabularies: dict[Kind, Vocabulary] = {Kind.GOALS: sdgs(), Kind.MODES: modes()}
    known = vocabularies.get(ground.kind, {})
    return [known[term].label(language) if term in known else term for term in ground.terms]
