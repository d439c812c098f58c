"""The features of a pair: few, named, each meaning something to a person."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain.bridges import Bridges
from services.matcher.domain.fit import goals_fit, language_fit, modes_fit, place_fit
from services.matcher.domain.language import language_of
from services.matcher.domain.lexical import Rarity, rare_words
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.subjects import Profile, SubjectSpace
from services.matcher.domain.vectors import Matrix, mean_of_best

BEST_PARTS = 4
# Someone took the pains to restate a need as research questions: that speaks half for it.
RESTATED = 0.5

MEANING = "meaning"
ADAPTED = "adapted"
SUBJECTS = "subjects"
SHARED_SUBJECTS = "shared_subjects"
QUESTIONS = "questions"
BEST_QUESTION = "best_question"
RARE_WORDS = "rare_words"
GOALS = "goals"
MODES = "modes"
RESEARCH = "research"
PLACE = "place"
LANGUAGE = "language"
FEATURES = (
    MEANING,
    ADAPTED,
    SUBJECTS,
    SHARED_SUBJECTS,
    QUESTIONS,
    BEST_QUESTION,
    RARE_WORDS,
    GOALS,
    MODES,
    RESEARCH,
    PLACE,
    LANGUAGE,
)

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A need, with what capabilities are compared with.

    Attributes:
        rows: The text, the text adapted to research language, the text as its subjects are called
            in research, then each question.
        research: From 0 to 1, whether it asks for research at all; none where that is unknown.
    """

    need: NeedRepresentation
    rows: Matrix
    subjects: SubjectSpace
    profile: Profile
    research: float | None


def asked(need: NeedRepresentation, bridges: Bridges) -> Asked:
    """A need ready to be compared with many capabilities."""
    text, ticked, subjects = need.whole, need.need.subjects, bridges.subjects
    translated = subjects.in_research_words(text, ticked)
    adapted = bridges.adapter.adapted(text)
    return Asked(
        need,
        np.vstack([text, adapted, translated, need.question_vectors]),
        subjects,
        subjects.profile(text, ticked),
        _research(need, bridges),
    )


def features_of(wanted: Asked, capability: CapabilityRepresentation, rarity: Rarity) -> Features:
    """The features of a need and a capability, by name; what is unknown is absent.

    `meaning`, `adapted`, `subjects`, `questions` (mean) and `best_question` go from -1 to 1,
    `shared_subjects` from 0 on, the others from 0 to 1.
    """
    need, offers = wanted.need, capability.capability
    meaning, adapted, subjects, *questions = meanings(wanted.rows, capability).tolist()
    found = {
        MEANING: meaning,
        ADAPTED: adapted,
        SUBJECTS: subjects,
        SHARED_SUBJECTS: wanted.subjects.shared(wanted.profile, capability.whole),
        QUESTIONS: sum(questions) / len(questions) if questions else None,
        BEST_QUESTION: max(questions, default=None),
        RARE_WORDS: rare_words(need.stems, capability.stems, rarity),
        GOALS: goals_fit(need.sdgs, offers.sdgs),
        MODES: modes_fit(need.need.modes, offers.modes),
        RESEARCH: wanted.research,
        PLACE: place_fit(need.need.place, offers.place),
        LANGUAGE: language_fit(need.need.language, offers.language),
    }
    return {name: value for name, value in found.items() if value is not None}


def _research(need: NeedRepresentation, bridges: Bridges) -> float | None:
    """Known for French alone: that is what the examples are written in."""
    if language_of(need.need.text, otherwise=need.need.language) != "fr":
        return None
    found = bridges.scope.research(need.whole, bridges.subjects.research)
    return max(found, RESTATED) if len(need.question_vectors) else found


def meanings(rows: Matrix, capability: CapabilityRepresentation) -> NDArray[np.float32]:
    """Similarity of each row with a capability: its outline and its best parts, half each."""
    weights = np.array([part.weight for part in capability.parts], dtype=np.float32)
    best = mean_of_best((capability.part_vectors @ rows.T) * weights[:, np.newaxis], BEST_PARTS)
    return np.asarray((rows @ capability.whole + best) / 2)
