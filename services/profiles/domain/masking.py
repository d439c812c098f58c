"""What free text must not tell before both sides said yes: who asks, and how to reach them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.profiles.domain.folding import Folded, fold
from services.profiles.domain.names import Owner, spans_of_owner


class Kind(StrEnum):
    """What is masked; where two overlap, the first of this list names the whole."""

    EMAIL = "email"
    LINK = "link"
    PHONE = "phone"
    ORGANISATION = "organisation"
    PERSON = "person"


Placeholders = Mapping[Kind, str]

_AT = r"(?:@\s?|\s@\s|\s*[(\[{<]\s*(?:at|arobase?|@)\s*[)\]}>]\s*|\s+arobase?\s+)"
_BRACKETED_DOT = r"\s*[(\[{<]\s*(?:dot|point|\.)\s*[)\]}>]\s*"
_WORDED_DOT = rf"(?:{_BRACKETED_DOT}|\s+(?:dot|point)\s+)"
_DOT = rf"(?:\.|{_WORDED_DOT})"
_FRENCH_START = r"(?:(?:\+|00)[\s.]?33[\s.]?(?:\(0\))?|\(?0\)?)"
_LABEL = r"[\w-]{1,63}"
_LOCAL = r"[\w.%+'-]{1,64}"
_ENDINGS = (
    "fr|com|org|net|eu|info|io|coop|asso|edu|gouv|paris|bzh|alsace|corsica|re|gp|mq|gf|nc|pf|ch|be"
    "|lu|de|es|it|uk|ie|ca|qc|us|me|tv|cc|co|app|dev|social|xyz|online|site|page|blog|link|pro|biz"
    "|int|museum|wiki|cloud|solutions|community|earth|africa|ma|tn|dz|sn|ci|cm|mg"
)
_SITES = (
    "facebook|instagram|twitter|linkedin|tiktok|telegram|discord|whatsapp|skype|signal|mastodon"
    "|bluesky|youtube|snapchat|threads|helloasso"
)
_SITES_OF_NICKNAMES = "instagram|tiktok|skype|snapchat|helloasso"
_PATTERNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.EMAIL: (
        rf"mailto:\S{{1,200}}|{_LOCAL}{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,6}}",
        rf"{_LOCAL}\s+at\s+{_LABEL}(?:{_WORDED_DOT}{_LABEL}){{1,6}}",
    ),
    Kind.LINK: (
        r"(?:https?|hxxps?|ftp)\s?:\s?//\S{1,2000}",
        rf"\bwww{_DOT}\S{{1,2000}}(?:{_WORDED_DOT}\S{{1,63}}){{0,3}}",
        rf"(?<![\w@])(?:{_LABEL}\.){{1,6}}(?:{_ENDINGS})\b(?![-\w])(?:[/:?#]\S{{0,2000}})?",
        rf"(?<!\w){_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_BRACKETED_DOT}(?:{_ENDINGS})\b",
        rf"(?<!\w){_LABEL}(?:{_DOT}{_LABEL}){{0,4}}\s+(?:dot|point)\s+(?:fr|com|org|net|eu)\b",
        r"(?<![\w@])@[\w.-]{2,64}",
        rf"\b(?:{_SITES})\s?:\s?(?=[\w./@-]*[@_./\d])[\w./@-]{{2,200}}",
        rf"\b(?:{_SITES_OF_NICKNAMES})\s?:\s?[\w./@-]{{2,200}}",
    ),
    Kind.PHONE: (
        rf"(?<![\w+]){_FRENCH_START}[\s.-]?[1-9]\)?(?:[\s./·-]{{0,3}}\d){{8}}(?!\d)",
        r"(?<![\w+])(?:\+|00)[\s.]?[1-9]\d{0,2}(?:[\s./()·-]{0,3}\d){6,13}(?!\d)",
        r"(?<![\w+])(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[\s.-]\d{4}(?!\d)",
    ),
    # Registry numbers of French organisations: SIRET and RNA.
    Kind.ORGANISATION: (r"(?<!\w)\d{3}\s?\d{3}\s?\d{3}\s?\d{5}(?!\d)", r"(?<!\w)W\d{9}(?!\d)"),
}
_COMPILED = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, patterns in _PATTERNS.items()
    for pattern in patterns
]
_TRAILING = ".,;:!?)]}>\"'»”…-"


@dataclass(frozen=True, slots=True)
class Found:
    """A span of a text that must be masked."""

    start: int
    end: int
    kind: Kind


def mask(text: str, owner: Owner, placeholders: Placeholders) -> str:
    """The text with everything that tells who wrote it replaced; masking twice changes nothing."""
    # A placeholder may make a word of what stood beside it: look until nothing is found.
    while found := find(text, owner, placeholders.values()):
        text = _replaced(text, found, placeholders)
    return text


def _replaced(text: str, found: Iterable[Found], placeholders: Placeholders) -> str:
    parts: list[str] = []
    done = 0
    for one in found:
        parts += (text[done : one.start], placeholders[one.kind])
        done = one.end
    return "".join((*parts, text[done:]))


def find(text: str, owner: Owner, placeholders: Iterable[str] = ()) -> list[Found]:
    """What must be masked, in order and without overlaps; placeholders are left alone."""
    kept = _places_of(text, placeholders)
    folded = fold(text)
    found = [one for one in _all(folded, owner) if not any(_overlap(one, hole) for hole in kept)]
    return _united(found)


def _all(folded: Folded, owner: Owner) -> Iterator[Found]:
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(folded.text):
            end = match.start() + len(match.group().rstrip(_TRAILING))
            yield Found(*folded.original(match.start(), end), kind)
    spans = spans_of_owner(folded.text, owner)
    for kind, places in ((Kind.ORGANISATION, spans.body), (Kind.PERSON, spans.person)):
        yield from (Found(*folded.original(*place), kind) for place in places)
    for kind, places in ((Kind.EMAIL, spans.email), (Kind.PHONE, spans.phone)):
        yield from (Found(*folded.original(*place), kind) for place in places)


def _places_of(text: str, placeholders: Iterable[str]) -> list[Found]:
    return [
        Found(match.start(), match.end(), Kind.PERSON)
        for placeholder in placeholders
        for match in re.finditer(re.escape(placeholder), text)
    ]


def _united(found: Iterable[Found]) -> list[Found]:
    united: list[Found] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if united and _overlap(united[-1], one):
            last = united.pop()
            kind = min(last.kind, one.kind, key=list(Kind).index)
            united.append(Found(last.start, max(last.end, one.end), kind))
        else:
            united.append(one)
    return united


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end
