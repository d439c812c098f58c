import pytest

from services.matcher.adapters.catalogue import TomlCatalogue
from services.matcher.domain.match import Grade
from services.matcher.domain.reasons import Ground, Kind

CATALOGUE = TomlCatalogue()


def test_a_passage_quotes_both_texts_in_both_languages() -> None:
    said = CATALOGUE.reason(Ground(Kind.PASSAGE, "goût de {fer}", "iron in wells"))
    for sentence in (said.fr, said.en):
        assert "goût de {fer}" in sentence
        assert "iron in wells" in sentence
    assert said.fr != said.en


@pytest.mark.parametrize(
    ("ground", "french", "english"),
    [
        (
            Ground(Kind.GOALS, terms=("6", "14")),
            "assainissement, Vie aquatique",
            "Life below water",
        ),
        (Ground(Kind.MODES, terms=("internship",)), "Stage", "Internship"),
        (Ground(Kind.PLACE, terms=("Brest",)), "Brest", "Brest"),
        (Ground(Kind.MODES, terms=("newer_mode",)), "newer_mode", "newer_mode"),
    ],
)
def test_what_both_ticked_is_said_in_words(ground: Ground, french: str, english: str) -> None:
    said = CATALOGUE.reason(ground)
    assert french in said.fr
    assert english in said.en


@pytest.mark.parametrize("grade", Grade)
def test_every_grade_has_words(grade: Grade) -> None:
    said = CATALOGUE.grade(grade)
    assert said.fr
    assert said.en
