"""Cutting texts into sentences and words, and what of them may be quoted."""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\s*\n+\s*")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_ADDRESS = re.compile(
    r"\S+@\S+|https?://|www\.|\b[\w-]+\.(?:fr|org|com|net|eu|info|io)\b|(?:\+?\d[\s.\-/()]*){9,}",
    re.IGNORECASE,
)
_MASK = re.compile(r"\[[^\]]*\]|█|\*{3}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
SHORTEST_SENTENCE = 25
# A text of so many letters of which so many are capitals is shouted; a shorter one may be a name.
SHOUTED_LETTERS, SHOUTED_SHARE = 12, 0.6


def sentences(text: str) -> list[str]:
    """The sentences of a text, verbatim; a very short one stays with the one before."""
    found: list[str] = []
    start = 0
    for end in [*_SENTENCE_END.finditer(text), None]:
        stop, after = (len(text), len(text)) if end is None else end.span()
        if end is not None and stop - start < SHORTEST_SENTENCE and "\n" not in end.group():
            continue
        if text[start:stop].strip():
            found.append(text[start:stop].strip())
        start = after
    return found


def words(text: str) -> list[str]:
    """The words of a text as written; a compound is one word."""
    return _WORD.findall(text)


def folded(text: str) -> str:
    """Lower case without accents: what two spellings of a word share."""
    ligatures = text.casefold().replace("œ", "oe").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", ligatures)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def calm(text: str) -> str:
    """A text as it would read without markup and, where it is all capitals, without them."""
    bare = unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
    letters = [letter for letter in bare if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    is_shouted = len(letters) >= SHOUTED_LETTERS and capitals > SHOUTED_SHARE * len(letters)
    return bare.lower() if is_shouted else bare


def may_be_quoted(span: str, withheld: Iterable[str]) -> bool:
    """Whether a span tells no address, number, masked word or withheld name."""
    if _ADDRESS.search(span) or _MASK.search(span):
        return False
    plain = _plain(span)
    return not any(_plain(name) in plain for name in withheld if words(name))


def _plain(text: str) -> str:
    """Folded words between spaces, so that a name is found whole or not at all."""
    return f" {' '.join(words(folded(text)))} "


def shortened(span: str, *, at_most: int) -> str:
    """The start of a span, verbatim: cut after a clause if one ends late enough, or a word."""
    start = span[:at_most]
    if len(span) > at_most:
        clause = max(start.rfind(mark) for mark in (", ", " ; ", " : ", " – "))
        cut = clause if clause > at_most / 2 else start.rfind(" ")
        start = start[: cut if cut > 0 else at_most]
    return start.rstrip(" .,;:–")
