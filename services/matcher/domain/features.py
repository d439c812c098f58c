"""The features of a pair: few, named, each meaning something to a person."""

from collections.abc import Mapping

import numpy as np

from services.matcher.domain.fit import goals_fit, language_fit, modes_fit, place_fit
from services.matcher.domain.lexical import Rarity, rare_words
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.vectors import Vector, mean_of_best

BEST_PARTS = 4

MEANING = "meaning"
QUESTIONS = "questions"
BEST_QUESTION = "best_question"
RARE_WORDS = "rare_words"
GOALS = "goals"
MODES = "modes"
PLACE = "place"
LANGUAGE = "language"
FEATURES = (MEANING, QUESTIONS, BEST_QUESTION, RARE_WORDS, GOALS, MODES, PLACE, LANGUAGE)

Features = Mapping[str, float]


def features_of(
    need: NeedRepresentation, capability: CapabilityRepresentation, rarity: Rarity
) -> Features:
    """The features of a need and a capability, by name; what is unknown is absent.

    `meaning`, `questions` (mean) and `best_question` go from -1 to 1, the others from 0 to 1.
    """
    wants, offers = need.need, capability.capability
    asked = [meaning(question, capability) for question in need.question_vectors]
    found = {
        MEANING: meaning(need.whole, capability),
        QUESTIONS: float(np.mean(asked)) if asked else None,
        BEST_QUESTION: max(asked, default=None),
        RARE_WORDS: rare_words(need.stems, capability.stems, rarity),
        GOALS: goals_fit(need.sdgs, offers.sdgs),
        MODES: modes_fit(wants.modes, offers.modes),
        PLACE: place_fit(wants.place, offers.place),
        LANGUAGE: language_fit(wants.language, offers.language),
    }
    return {name: value for name, value in found.items() if value is not None}


def meaning(vector: Vector, capability: CapabilityRepresentation) -> float:
    """Similarity of a text with a capability: its outline and its best parts, half each."""
    whole = float(capability.whole @ vector)
    return (whole + mean_of_best(capability.part_vectors @ vector, BEST_PARTS)) / 2
