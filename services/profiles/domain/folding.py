"""Text as a reader's eye takes it: no accents, no invisible characters, places kept."""

import unicodedata
from dataclasses import dataclass

INVISIBLE = frozenset("\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
LIGATURES = {"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "ß": "ss", "’": "'"}


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text.

    Attributes:
        text: What to search in.
        places: For each of its characters, where it comes from in the original.
    """

    text: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that a span of the folded text stands for."""
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text: same letters for é and e, for full-width and plain digits; case is kept."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for plain in _plain(letter):
            letters.append(plain)
            places.append(place)
    return Folded("".join(letters), tuple(places))


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in INVISIBLE:
        return ""
    if letter in LIGATURES:
        return LIGATURES[letter]
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in parts if not unicodedata.combining(part))
