from collections.abc import Callable
from pathlib import Path

import pytest

from services.matcher.adapters.sample import read_sample
from services.matcher.domain.fit import UNDECIDED
from shared.contracts import vocabularies
from shared.contracts.needs import Mode, OrganisationType
from shared.contracts.vocabularies import Vocabulary

ALL = [
    vocabularies.themes,
    vocabularies.disciplines,
    vocabularies.modes,
    vocabularies.organisation_types,
    vocabularies.sdgs,
]


@pytest.mark.parametrize("vocabulary", ALL)
def test_every_term_has_two_labels(vocabulary: Callable[[], Vocabulary]) -> None:
    for key, term in vocabulary().items():
        assert key == term.id
        assert term.label("fr").strip()
        assert term.label("en").strip()


def test_modes_and_organisations_are_those_of_the_contracts() -> None:
    assert list(vocabularies.modes()) == list(Mode)
    assert list(vocabularies.organisation_types()) == list(OrganisationType)
    assert UNDECIDED == Mode.DONT_KNOW


def test_themes_stand_for_development_goals() -> None:
    assert vocabularies.sdgs_of(["eau_mer", "nature", "unheard_of"]) == {6, 14, 15}
    known = {int(goal) for goal in vocabularies.sdgs()}
    assert known == set(range(1, 18))
    assert vocabularies.sdgs_of(vocabularies.themes()) <= known


def test_the_sample_uses_known_terms_only() -> None:
    sample = read_sample(Path("data"))
    themes = {theme for need in sample.raw for theme in need.themes}
    assert themes <= set(vocabularies.themes())
    assert {m for need in sample.raw for m in need.modes} <= set(vocabularies.modes())
    fields = {d for capability in sample.capabilities for d in capability.disciplines}
    assert fields <= set(vocabularies.disciplines())
