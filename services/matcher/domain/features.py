"""The features of a pair: few, named, each meaning something to a person."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain.fit import goals_fit, language_fit, modes_fit, place_fit
from services.matcher.domain.lexical import Rarity, rare_words
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.vectors import Matrix, mean_of_best

BEST_PARTS = 4

MEANING = "meaning"
SUBJECTS = "subjects"
QUESTIONS = "questions"
BEST_QUESTION = "best_question"
RARE_WORDS = "rare_words"
GOALS = "goals"
MODES = "modes"
PLACE = "place"
LANGUAGE = "language"
FEATURES = (
    MEANING,
    SUBJECTS,
    QUESTIONS,
    BEST_QUESTION,
    RARE_WORDS,
    GOALS,
    MODES,
    PLACE,
    LANGUAGE,
)

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A need, with the vectors that capabilities are compared with.

    Attributes:
        rows: The text, the text by its subjects in research words, then each question.
    """

    need: NeedRepresentation
    rows: Matrix


def asked(need: NeedRepresentation, subjects: SubjectSpace) -> Asked:
    """A need ready to be compared with many capabilities."""
    translated = subjects.in_research_words(need.whole, need.need.subjects)
    return Asked(need, np.vstack([need.whole, translated, need.question_vectors]))


def features_of(wanted: Asked, capability: CapabilityRepresentation, rarity: Rarity) -> Features:
    """The features of a need and a capability, by name; what is unknown is absent.

    `meaning`, `subjects`, `questions` (mean) and `best_question` go from -1 to 1, the others from
    0 to 1.
    """
    need, offers = wanted.need, capability.capability
    meaning, subjects, *questions = meanings(wanted.rows, capability).tolist()
    found = {
        MEANING: meaning,
        SUBJECTS: subjects,
        QUESTIONS: sum(questions) / len(questions) if questions else None,
        BEST_QUESTION: max(questions, default=None),
        RARE_WORDS: rare_words(need.stems, capability.stems, rarity),
        GOALS: goals_fit(need.sdgs, offers.sdgs),
        MODES: modes_fit(need.need.modes, offers.modes),
        PLACE: place_fit(need.need.place, offers.place),
        LANGUAGE: language_fit(need.need.language, offers.language),
    }
    return {name: value for name, value in found.items() if value is not None}


def meanings(rows: Matrix, capability: CapabilityRepresentation) -> NDArray[np.float32]:
    """Similarity of each row with a capability: its outline and its best parts, half each."""
    best = mean_of_best(capability.part_vectors @ rows.T, BEST_PARTS)
    return np.asarray((rows @ capability.whole + best) / 2)
