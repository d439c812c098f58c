import pytest

from services.matcher.adapters.lexical import SnowballStemmer

STEMMER = SnowballStemmer()


def stems(text: str, language: str = "fr") -> list[str]:
    return [written.stem for written in STEMMER.stems(text, language=language)]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "inondation", "Inondations"),
        ("fr", "éolienne", "eoliennes"),
        ("en", "flooding", "Floods"),
        ("fr", "CRISPR", "crispr"),
    ],
)
def test_two_forms_of_a_word_meet(language: str, one: str, other: str) -> None:
    assert stems(one, language) == stems(other, language) != []


def test_small_words_numbers_and_letters_say_nothing() -> None:
    assert stems("Le bus de l'an 2024 et à ses 3 x") == stems("bus an")


def test_the_pieces_of_a_compound_are_met_alone() -> None:
    assert stems("avant-projet") == [*stems("avant"), *stems("projet")]


def test_the_word_is_kept_as_written() -> None:
    assert [written.word for written in STEMMER.stems("Les Éoliennes", language="fr")] == [
        "Éoliennes"
    ]


def test_an_unknown_language_is_stemmed_like_french() -> None:
    assert stems("inondations", "br") == stems("inondations")
