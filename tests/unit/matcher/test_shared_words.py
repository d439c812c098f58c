import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.adapters.lexical import SnowballStemmer
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.shared_words import SharedWord, Stemmed, shared_words
from services.matcher.domain.small_words import VAGUE_STEMS

RARITY = Rarity(documents=10_000, found_in={"eau": 9_000}, mean_length=5.0)
STEMMER = SnowballStemmer()


def stemmed(text: str, language: str) -> Stemmed:
    return Stemmed(language, {one.stem: one.word for one in STEMMER.stems(text, language=language)})


def met(french: str, other: str, language: str = "en") -> list[tuple[str, str]]:
    found = shared_words(stemmed(french, "fr"), stemmed(other, language), RARITY)
    return [(word.wanted, word.offered) for word in found]


def test_two_forms_of_a_word_meet() -> None:
    assert met("rénover les puits", "la rénovation d'un puits", "fr") == [
        ("puits", "puits"),
        ("rénover", "rénovation"),
    ]


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("biodiversité", "biodiversity"),
        ("pesticides", "pesticide"),
        ("écologie", "ecology"),
        ("vulnérabilité", "vulnerability"),
    ],
)
def test_cognates_meet_across_languages(french: str, english: str) -> None:
    assert met(f"la {french} ici", f"the {english} here") == [(french, english)]


@pytest.mark.parametrize(
    ("french", "english"),
    [("pain", "pain"), ("coin", "coins"), ("contracté", "contraception"), ("internat", "internet")],
)
def test_false_friends_do_not_meet(french: str, english: str) -> None:
    assert met(french, english) == []


def test_an_acronym_is_the_same_in_all_languages() -> None:
    assert met("nos PFAS", "PFAS in water") == [("PFAS", "PFAS")]
    assert met("nos bas", "BAS") == []


def test_common_and_vague_words_do_not_count() -> None:
    assert met("l'eau du projet", "l'eau des projets", "fr") == []


@pytest.mark.parametrize(
    "text",
    [
        "projet recherche équipe laboratoire étude données partenaires résultats apporte avis",
        "project research teams laboratory studies data partners results people helps",
    ],
)
def test_what_any_project_says_is_vague(text: str) -> None:
    language = "fr" if "projet" in text else "en"
    assert {one.stem for one in STEMMER.stems(text, language=language)} <= VAGUE_STEMS


@given(st.lists(st.text("abcdefé", min_size=6, max_size=9), max_size=8))
def test_every_text_shares_its_words_with_itself(written: list[str]) -> None:
    text = stemmed(" ".join(written), "fr")
    found = shared_words(text, text, RARITY)
    assert {word.wanted for word in found} == {
        form for stem, form in text.forms.items() if len(stem) > 1 and stem not in VAGUE_STEMS
    }


def test_the_rarest_comes_first() -> None:
    rarity = Rarity(documents=10_000, found_in={"fer": 50, "zinc": 5}, mean_length=5.0)
    both = Stemmed("fr", {"fer": "fer", "zinc": "zinc"})
    assert [word.wanted for word in shared_words(both, both, rarity)] == ["zinc", "fer"]
    assert isinstance(shared_words(both, both, rarity)[0], SharedWord)
