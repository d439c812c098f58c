from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.language import language_of
from services.matcher.domain.texts import (
    calm,
    folded,
    may_be_quoted,
    sentences,
    shortened,
    words,
)


def test_a_text_is_cut_where_sentences_end() -> None:
    text = "Notre puits a un goût de fer. Est-il mauvais pour nos enfants ?\nNous avons deux mois."
    assert sentences(text) == [
        "Notre puits a un goût de fer.",
        "Est-il mauvais pour nos enfants ?",
        "Nous avons deux mois.",
    ]


def test_a_very_short_sentence_stays_with_the_next() -> None:
    assert sentences("Bonjour. Notre puits a un goût de fer.") == [
        "Bonjour. Notre puits a un goût de fer."
    ]


@given(st.text())
def test_a_sentence_is_always_verbatim(text: str) -> None:
    assert all(sentence in text and sentence.strip() for sentence in sentences(text))


@given(st.text(), st.integers(min_value=1, max_value=200))
def test_a_shortened_span_is_verbatim_and_short(text: str, at_most: int) -> None:
    short = shortened(text, at_most=at_most)
    assert text.startswith(short)
    assert len(short) <= at_most


def test_a_span_is_cut_after_a_clause_that_ends_late_enough() -> None:
    assert shortened("le bruit des vagues, les clés du voisin", at_most=30) == "le bruit des vagues"


def test_a_span_is_cut_between_words_where_no_clause_ends() -> None:
    assert shortened("le bruit des vagues et des clés", at_most=21) == "le bruit des vagues"


def test_words_and_accents_of_a_compound() -> None:
    assert words("L'Œuvre avant-après !") == ["L", "Œuvre", "avant-après"]
    assert folded("L'Œuvre Été ex æquo") == "l'oeuvre ete ex aequo"


@pytest.mark.parametrize(
    "span",
    [
        "Écrivez à contact@example.org",
        "Voir https://example.org/puits",
        "Notre site www.example.org",
        "Voir example.org",
        "Appelez le 06 12 34 56 78",
        "Appelez le +33.6.12.34.56.78",
        "Ici [masqué] nous cherchons",
        "Ici *** nous cherchons",
        "Chez Les Amis du Puits, rien ne va",
    ],
)
def test_what_tells_who_asks_is_never_quoted(span: str) -> None:
    assert not may_be_quoted(span, ["les amis du puits"])


def test_a_withheld_name_is_found_whole_only() -> None:
    assert may_be_quoted("nous faisons des réunions", ["union", "", "..."])


def test_amounts_and_years_may_be_quoted() -> None:
    assert may_be_quoted("En 2024, 1 200 foyers ont payé 30 euros.", [])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Comment savoir si l'eau du puits est bonne ?", "fr"),
        ("How do we know whether the water of our well is good?", "en"),
        ("Arsenic", "en"),
    ],
)
def test_small_words_tell_the_language(text: str, language: str) -> None:
    assert language_of(text, otherwise="en") == language


@pytest.mark.parametrize(
    ("typed", "calmed"),
    [
        ("LE PUITS A UN GOÛT DE FER !", "le puits a un goût de fer !"),
        ("PFAS", "PFAS"),
        ("Les PFAS et le PFOS dans l'eau du puits", "Les PFAS et le PFOS dans l'eau du puits"),
        ("<p class='x'>Le&nbsp;fer</p> du <b>puits</b>", " Le\xa0fer  du  puits "),
        ("moins de 3 < 5 mg & plus", "moins de 3 < 5 mg & plus"),
    ],
)
def test_markup_and_shouting_are_not_embedded(typed: str, calmed: str) -> None:
    assert calm(typed) == calmed


@given(st.text())
def test_a_calm_text_stays_as_it_is(text: str) -> None:
    assert calm(text.lower()) == unescape(text.lower()) or "<" in text
