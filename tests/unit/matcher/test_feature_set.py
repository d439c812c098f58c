"""Answers are learned from only where features mean what they meant when people were asked."""

from dataclasses import replace

import pytest

from services.matcher.adapters.catalogue import TomlCatalogue
from services.matcher.adapters.shipped import FEATURES_REVISION, Matching
from services.matcher.domain.capability import Capability
from services.matcher.domain.features import asked, features_of
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.need import Need, Place
from tests.support.builders_matching import RULES
from tests.support.fakes_matching_models import (
    WordEmbedder,
    explain_plainly,
    represent_with,
    score_by_meaning,
)

# What a pair's features are, by the revision that says how they are computed.
RECORDED: dict[int, dict[str, float]] = {
    2: {
        "meaning": 0.2754,
        "adapted": 0.2754,
        "subjects": 0.2886,
        "shared_subjects": 0.4142,
        "questions": 0.3873,
        "best_question": 0.3873,
        "rare_words": 0.5507,
        "goals": 1.0,
        "modes": 0.5,
        "research": 1.0,
        "place": 0.7,
        "language": 1.0,
    }
}


def matching(embedder: str = "words-1") -> Matching:
    score = score_by_meaning()
    represent, explain = represent_with(WordEmbedder(embedder)), explain_plainly()
    return Matching(represent, score, explain, score.bridges.subjects, RULES, TomlCatalogue())


def test_a_feature_that_is_computed_otherwise_raises_the_revision() -> None:
    used = matching()
    need = Need(
        "n",
        "Le fer du puits",
        "Notre puits a un goût de fer.",
        themes=("sante",),
        modes=("thesis", "expertise"),
        place=Place("Nantes", "Pays de la Loire"),
        questions=("Quels métaux dans un puits ?",),
    )
    capability = Capability(
        "c",
        "Métaux des puits",
        "Nous mesurons le fer. Nous formons des techniciens.",
        sdgs=(3,),
        modes=("thesis",),
        place=Place("Angers", "Pays de la Loire"),
    )
    (wanted,) = used.represent.needs([need], quoting=False)
    (offer,) = used.represent.capabilities([capability])
    found = features_of(asked(wanted, used.score.bridges), offer, used.score.rarity)
    recorded = RECORDED[FEATURES_REVISION]
    assert {name: found[name] for name in recorded} == pytest.approx(recorded, abs=1e-4)


def test_another_embedder_or_rarity_makes_another_feature_set() -> None:
    usual = matching()
    rarer = replace(usual.score, rarity=Rarity(documents=101, found_in={}, mean_length=20.0))
    sets = {usual.feature_set, matching("words-2").feature_set}
    sets.add(replace(usual, score=rarer).feature_set)
    other = replace(usual.score, bridges=replace(usual.score.bridges, version="2"))
    sets.add(replace(usual, score=other).feature_set)
    assert len(sets) == 4
    assert matching().feature_set == usual.feature_set
