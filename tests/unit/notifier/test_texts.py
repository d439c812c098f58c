"""What people wrote is shown without what cannot be seen, and never becomes a header."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from services.notifier.domain.texts import clean, one_line


@given(st.text(max_size=300))
def test_no_invisible_character_is_left(text: str) -> None:
    for character in clean(text, at_most=100):
        category = unicodedata.category(character)
        assert character in "\n\u200c\u200d" or category not in {"Cc", "Cf", "Zl", "Zp"}


@given(st.text(max_size=300), st.integers(2, 50))
@example("=?utf-8?q?=0A?=Bcc: x@example.org", 120)
@example("=?u=?utf-8?q??=tf-8?q?=0ABcc:x?=", 120)
def test_a_line_is_one_line_without_encoded_words(text: str, at_most: int) -> None:
    line = one_line(text, at_most=at_most)
    assert "\n" not in line
    assert "\r" not in line
    assert "=?" not in line
    assert len(line) <= at_most


def test_paragraphs_stay_and_long_texts_are_cut() -> None:
    assert clean("  un\r\n\r\n\r\n\r\ndeux\u2028trois ", at_most=100) == "un\n\ndeux\ntrois"
    assert clean("a" * 50, at_most=10) == "a" * 9 + "…"


def test_text_cannot_turn_around() -> None:
    assert clean("a\u202eb\u2066c\u200fd\x00e", at_most=99) == "abcde"
    assert clean("👩\u200d🔬", at_most=99) == "👩\u200d🔬"
