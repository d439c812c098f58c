"""The words that all services call by one name, with their French and English labels."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from shared.contracts.vocabularies.subject_search import find_subjects
from shared.contracts.vocabularies.subject_table import Subject, subjects

__all__ = [
    "Language",
    "Subject",
    "Term",
    "Vocabulary",
    "disciplines",
    "find_subjects",
    "modes",
    "organisation_types",
    "sdgs",
    "sdgs_of",
    "subjects",
    "themes",
]
Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a vocabulary.

    Attributes:
        sdgs: The UN development goals that a theme stands for; empty for other vocabularies.
    """

    id: str
    fr: str
    en: str
    sdgs: tuple[int, ...] = ()

    def label(self, language: Language) -> str:
        """What people read."""
        return self.fr if language == "fr" else self.en


Vocabulary = Mapping[str, Term]


def themes() -> Vocabulary:
    """What a need can be about, in the order of the form."""
    return _terms("themes")


def disciplines() -> Vocabulary:
    """The fields of research."""
    return _terms("disciplines")


def modes() -> Vocabulary:
    """How research and society can work together."""
    return _terms("modes")


def organisation_types() -> Vocabulary:
    """Who can have a need."""
    return _terms("organisation_types")


def sdgs() -> Vocabulary:
    """The seventeen development goals of the United Nations, by number as text."""
    return _terms("sdgs")


def sdgs_of(theme_ids: Iterable[str]) -> frozenset[int]:
    """The goals that some themes stand for; an unknown theme stands for none."""
    known = themes()
    return frozenset(goal for theme in theme_ids if theme in known for goal in known[theme].sdgs)


@cache
def _terms(name: str) -> Vocabulary:
    rows = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    terms = [Term(r["id"], r["fr"], r["en"], tuple(r.get("sdgs", ()))) for r in rows]
    return {term.id: term for term in terms}
