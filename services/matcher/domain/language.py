"""Telling French from English by their small words."""

from services.matcher.domain.small_words import ENGLISH_WORDS, FRENCH_WORDS
from services.matcher.domain.texts import folded, words


def language_of(text: str, *, otherwise: str) -> str:
    """`fr` or `en`; `otherwise` where the small words do not tell."""
    seen = [folded(word) for word in words(text.replace("'", " ").replace("’", " "))]
    french = sum(word in FRENCH_WORDS for word in seen)
    english = sum(word in ENGLISH_WORDS for word in seen)
    if french == english:
        return otherwise
    return "fr" if french > english else "en"
