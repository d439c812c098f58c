import pytest

from services.matcher.adapters.catalogue import TomlCatalogue
from services.matcher.domain.capability import PartKind
from services.matcher.domain.match import Grade
from services.matcher.domain.quoting import Quote
from services.matcher.domain.reasons import Ground, Kind, Touch
from services.matcher.domain.shared_words import SharedWord

CATALOGUE = TomlCatalogue()


def a_passage(need: Quote | str, capability: Quote | str = "iron", **fields: object) -> Ground:
    quotes = [Quote(text) if isinstance(text, str) else text for text in (need, capability)]
    return Ground(Kind.PASSAGE, *quotes, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("touch", Touch)
@pytest.mark.parametrize("source", PartKind)
def test_a_passage_quotes_both_texts_in_both_languages(touch: Touch, source: PartKind) -> None:
    ground = a_passage("goût de {fer}", "iron in wells", touch=touch, source=source)
    said = CATALOGUE.reason(ground)
    assert "« goût de {fer} »" in said.fr
    assert "« iron in wells »" in said.fr
    assert "“goût de {fer}”" in said.en
    assert "“iron in wells”" in said.en


def test_a_cut_quote_says_what_is_left_out_and_marks_its_own_quotes_otherwise() -> None:
    cut = Quote("le « goût » de\n fer", cut_before=True, cut_after=True)
    said = CATALOGUE.reason(a_passage(cut))
    assert "« … le “goût” de fer … »" in said.fr
    assert "“… le ‘goût’ de fer …”" in said.en


def test_shared_words_are_named_as_each_side_writes_them() -> None:
    words = (
        SharedWord("captages", "captage", 7.0),
        SharedWord("écologie", "ecology", 6.0),
        SharedWord("fer", "iron", 5.0),
    )
    said = CATALOGUE.reason(a_passage("n", "c", words=words))
    assert said.fr.startswith("En commun, « captages », « écologie » et « fer » (« iron » dans")
    assert said.en.startswith("In common, “captages”, “écologie” and “fer” (“iron” in the offer)")


@pytest.mark.parametrize(
    ("ground", "french", "english"),
    [
        (
            Ground(Kind.GOALS, terms=("6", "14")),
            "assainissement ; Vie aquatique",
            "Life below water",
        ),
        (Ground(Kind.MODES, terms=("internship",)), "Stage", "Internship"),
        (Ground(Kind.CITY, terms=("Brest",)), "même ville : Brest", "same city: Brest"),
        (Ground(Kind.REGION, terms=("Bretagne",)), "région : Bretagne", "region: Bretagne"),
        (Ground(Kind.MODES, terms=("newer_mode",)), "newer_mode", "newer_mode"),
        (Ground(Kind.WORD, words=(SharedWord("fer", "fer", 5.0),)), "« fer »", "“fer”"),
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
