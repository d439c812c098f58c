"""Quoting a text: verbatim, short, and saying where something was left out."""

from dataclasses import dataclass

from services.matcher.domain.texts import shortened

LONGEST_SPAN = 160
_CLAUSE_ENDS = (", ", " ; ", " : ", " – ", ". ")


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of a text, verbatim; empty where nothing is quoted.

    Attributes:
        cut_before: Whether the sentence had begun already.
        cut_after: Whether the sentence goes on.
    """

    text: str = ""
    cut_before: bool = False
    cut_after: bool = False


def quoted(text: str, *, around: str = "") -> Quote:
    """The start of a sentence; if `around` comes too late for that, the clause that has it."""
    start = _start(text, around) if len(text) > LONGEST_SPAN and around else 0
    rest = text[start:]
    short = shortened(rest, at_most=LONGEST_SPAN)
    return Quote(short, cut_before=start > 0, cut_after=len(rest) > LONGEST_SPAN)


def _start(text: str, around: str) -> int:
    found = text.find(around)
    if found < 0 or found + len(around) <= LONGEST_SPAN / 2:
        return 0
    clause = max(text.rfind(end, 0, found) + len(end) for end in _CLAUSE_ENDS)
    if clause > 1 and found - clause + len(around) <= LONGEST_SPAN / 2:
        return clause
    return text.rfind(" ", 0, max(0, found - LONGEST_SPAN // 4)) + 1
