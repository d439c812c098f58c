"""Text that people wrote, made safe to show: no control or direction characters, not endless."""

import re
import unicodedata

LINE_BREAKS = re.compile("\r\n|[\r\u2028\u2029\x85\x0b\x0c]")
# Format characters turn text around or hide in it; joiners are part of words and of emoji.
KEPT_FORMATS = frozenset("\u200c\u200d")
ENCODED_WORD = re.compile(r"=\?[^?\s]*\?[bq]\?[^?]*\?=", re.IGNORECASE)
MOST_NEW_LINES = re.compile("\n{3,}")


def clean(text: str, *, at_most: int) -> str:
    """Text of several lines, without characters that are not seen."""
    unified = LINE_BREAKS.sub("\n", text[: at_most * 4])
    kept = "".join(c for c in unified if c == "\n" or _is_seen(c))
    return _clipped(MOST_NEW_LINES.sub("\n\n", kept).strip(), at_most)


def one_line(text: str, *, at_most: int) -> str:
    """Text for a subject or a name: one line that no mail program reads as more than text."""
    flat = " ".join(clean(text, at_most=at_most * 2).split())
    while ENCODED_WORD.search(flat):
        flat = ENCODED_WORD.sub("", flat)
    return _clipped(flat.replace("=?", "= ?").strip(), at_most)


def _is_seen(character: str) -> bool:
    category = unicodedata.category(character)
    return character in KEPT_FORMATS or category not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _clipped(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else text[: at_most - 1].rstrip() + "…"
