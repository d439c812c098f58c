from services.matcher.domain.capability import Output, PartKind, parts_of, recent
from services.matcher.domain.need import joined
from tests.support.builders_represented import a_capability, a_need


def test_a_text_joins_what_was_written_as_sentences() -> None:
    need = a_need("Le puits", description="Il a un goût de fer !", expectations=" ")
    assert need.text == "Le puits. Il a un goût de fer !"
    assert joined("", "  ") == ""


def test_an_outline_has_title_keywords_and_titles_of_outputs() -> None:
    capability = a_capability(
        "Chimie", keywords=("eau", "fer"), outputs=(Output("Wells", abstract="Iron."),)
    )
    assert capability.outline == "Chimie. eau, fer. Wells."


def test_a_summary_alone_is_its_own_outline() -> None:
    assert a_capability("", summary="Nous mesurons le fer.").outline == "Nous mesurons le fer."


def test_parts_are_title_sentences_and_outputs() -> None:
    capability = a_capability(
        "Chimie",
        summary="Nous mesurons le fer des puits. Nous cherchons aussi l'arsenic.",
        keywords=("eau",),
        outputs=(Output("Iron in wells", abstract="We measured."), Output("Fer")),
    )
    assert [(part.kind, part.text, part.quote) for part in parts_of(capability)] == [
        (PartKind.TITLE, "Chimie", "Chimie"),
        (PartKind.SENTENCE, *["Nous mesurons le fer des puits."] * 2),
        (PartKind.SENTENCE, *["Nous cherchons aussi l'arsenic."] * 2),
        (PartKind.OUTPUT, "Iron in wells. We measured.", "Iron in wells"),
        (PartKind.OUTPUT, "Fer", "Fer"),
    ]


def test_keywords_stand_in_for_a_missing_summary() -> None:
    capability = a_capability("", keywords=("eau", "fer"))
    assert [part.text for part in parts_of(capability)] == ["eau, fer"]


def test_the_latest_outputs_come_first() -> None:
    outputs = (Output("undated"), Output("old", year=1999), Output("new", year=2024))
    assert [output.title for output in recent(outputs)] == ["new", "old", "undated"]


def test_all_texts_of_a_capability_are_kept_apart() -> None:
    capability = a_capability("Chimie", outputs=(Output("Wells", abstract="Iron."),))
    assert capability.texts == ["Chimie", "", "", "Wells. Iron."]


def test_older_outputs_weigh_less_than_the_latest_and_undated_ones_as_much() -> None:
    years = (2024, 2014, 1980, None)
    outputs = tuple(Output(str(year), year=year) for year in years)
    weights = {part.quote: part.weight for part in parts_of(a_capability("Fer", outputs=outputs))}
    assert weights == {"Fer": 1, "2024": 1, "2014": 0.8, "1980": 0.8, "None": 1}


def test_outputs_without_any_year_weigh_all_the_same() -> None:
    outputs = (Output("a"), Output("b"))
    assert {part.weight for part in parts_of(a_capability("Fer", outputs=outputs))} == {1.0}
