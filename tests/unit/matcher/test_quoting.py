from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.quoting import LONGEST_SPAN, Quote, quoted

CLAUSE = "nous regardons la qualité de l'air dans les rues du quartier"
LONG = f"{CLAUSE}, puis {CLAUSE}, et dans les caves il reste du radon, {CLAUSE}"


def test_a_short_sentence_is_quoted_whole() -> None:
    assert quoted("Il reste du radon.") == Quote("Il reste du radon")


def test_a_long_one_is_cut_after_a_clause_and_says_so() -> None:
    found = quoted(LONG)
    assert found == Quote(f"{CLAUSE}, puis {CLAUSE}", cut_after=True)


def test_the_clause_that_has_the_word_is_quoted() -> None:
    found = quoted(LONG, around="radon")
    assert found.cut_before
    assert found.text.startswith("et dans les caves il reste du radon")


def test_a_word_far_from_any_comma_is_still_quoted() -> None:
    plain = f"{'mot ' * 60}radon {'mot ' * 60}"
    assert "radon" in quoted(plain, around="radon").text


@given(
    st.lists(st.text("abc,é", min_size=1, max_size=12), min_size=1, max_size=80),
    st.integers(0, 79),
)
def test_words_are_never_cut(written: list[str], nth: int) -> None:
    text, around = " ".join(written), written[nth % len(written)]
    found = quoted(text, around=around)
    assert found.text in text
    assert len(found.text) <= LONGEST_SPAN
    whole = {word.strip(",") for word in text.replace(",", " ").split()} | {""}
    assert set(found.text.replace(",", " ").split()) <= whole


@given(st.text(), st.text())
def test_any_text_can_be_quoted(text: str, around: str) -> None:
    found = quoted(text, around=around)
    assert found.text in text
    assert len(found.text) <= LONGEST_SPAN
