"""French and English stems, accents folded."""

from functools import lru_cache

import snowballstemmer

from services.matcher.application.ports import WrittenStem
from services.matcher.domain.small_words import ENGLISH_WORDS, FRENCH_WORDS
from services.matcher.domain.texts import folded, words

SHORTEST = 2
_SMALL_WORDS = FRENCH_WORDS | ENGLISH_WORDS
_ALGORITHMS = {"fr": "french", "en": "english"}


class SnowballStemmer:
    """Stems by the Snowball algorithms (Porter 2001)."""

    def __init__(self) -> None:
        """Prepare both languages."""
        # Bounded: words come from users.
        self._stem = lru_cache(maxsize=50_000)(self._stemmed)

    def stems(self, text: str, *, language: str) -> list[WrittenStem]:
        """The stems of a text; a compound gives those of its pieces, a number none."""
        found = []
        for word in words(text):
            for piece in word.split("-"):
                plain = folded(piece)
                if _tells(plain):
                    found.append(WrittenStem(self._stem(piece.casefold(), language), piece))
        return found

    @staticmethod
    def _stemmed(word: str, language: str) -> str:
        # Accents carry meaning for the French algorithm, so they are folded afterwards.
        stemmer = snowballstemmer.stemmer(_ALGORITHMS.get(language, "french"))
        return folded(stemmer.stemWord(word))


def _tells(plain: str) -> bool:
    return len(plain) >= SHORTEST and not plain.isdigit() and plain not in _SMALL_WORDS
