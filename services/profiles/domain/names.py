"""Finding the writer in a text: their organisation under its usual names, themselves, contacts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.profiles.domain.folding import fold

Span = tuple[int, int]
_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    _WORD.findall(
        "a au aux d de des du en et l la le les of on par pour s sur the and for in un une"
    )
)
_GENERIC = frozenset(
    _WORD.findall(
        """
    association asso syndicat union collectif collectivite comite commune mairie ville federation
    confederation fondation societe entreprise cooperative scop scic sarl sas sasu sa eurl mutuelle
    ecole college lycee universite laboratoire labo unite equipe centre institut maison club groupe
    reseau mouvement conseil service direction agence office regie departement region communaute
    agglomeration metropole antenne section local locale regional regionale departemental
    departementale national nationale francais francaise loi trade committee council city town
    school company limited ltd foundation network group team lab unit society
    """
    )
)
_PARTICLES = frozenset(
    _WORD.findall("de da di du des der den la le les van von el ben al m mr mme dr pr")
)
_BETWEEN = r"[\W_]{0,3}"
_IN_A_NAME = r"[\s_,-]{0,2}"
_JOINTS = re.compile(r"[()\[\]/|,;:–—]|\s-\s")
_SHORTEST_ACRONYM, _SHORTEST_NAME = 3, 2
_LONGEST_NAME_WORDS = 16


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a text may give away."""

    person: str = ""
    body_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OwnerSpans:
    """Where a text gives its owner away."""

    body: tuple[Span, ...]
    person: tuple[Span, ...]
    email: tuple[Span, ...]
    phone: tuple[Span, ...]


def spans_of_owner(folded: str, owner: Owner) -> OwnerSpans:
    """Where a folded text names its owner."""
    return OwnerSpans(
        body=tuple(_body(folded, fold(owner.body_name).text)),
        person=tuple(_person(folded, fold(owner.person).text)),
        email=tuple(_exactly(folded, fold(owner.email).text)),
        phone=tuple(_phone(folded, owner.phone)),
    )


def _body(text: str, name: str) -> Iterator[Span]:
    words = _WORD.findall(name)[:_LONGEST_NAME_WORDS]
    for said in _names(name, words):
        yield from _spans(_sequence(said), text)
    for acronym in _written_acronyms(name):
        yield from _spans(_sequence([acronym]), text)
    for initials in _initials(words):
        yield from _upper(_spans(rf"\b{'[.]?'.join(initials)}\b[.]?", text), text)
    for part in _parts(words):
        yield from _capitalised(_spans(_sequence(part), text), text)


def _person(text: str, name: str) -> Iterator[Span]:
    words = [word for word in _WORD.findall(name) if len(word) >= _SHORTEST_NAME]
    if not words:
        return
    for order in (words, words[::-1]):
        yield from _spans(_sequence(order, _IN_A_NAME), text)
    for word in words:
        if word.casefold() not in _PARTICLES:
            yield from _capitalised(_spans(_sequence([word]), text), text)


def _exactly(text: str, value: str) -> Iterator[Span]:
    if value:
        yield from _spans(re.escape(value), text)


def _phone(text: str, phone: str) -> Iterator[Span]:
    digits = re.sub(r"\D", "", phone)
    if digits:
        yield from _spans(rf"(?<!\d){_BETWEEN.join(digits)}(?!\d)", text)


def _names(name: str, words: Sequence[str]) -> list[Sequence[str]]:
    """The whole name, and each of its parts of several words: beside brackets, dashes, commas."""
    parts = [_WORD.findall(part) for part in _JOINTS.split(name)]
    return [said for said in (words, *parts) if len(said) > 1 or (said and said == words)]


def _written_acronyms(name: str) -> list[str]:
    return [
        word
        for word in _WORD.findall(name)
        if word.isupper() and len(word) >= _SHORTEST_ACRONYM and word.casefold() not in _SMALL
    ]


def _initials(words: Sequence[str]) -> set[str]:
    significant = [word for word in words if word.casefold() not in _SMALL]
    named = [word for word in significant if word.casefold() not in _GENERIC]
    candidates = ("".join(word[0] for word in kept) for kept in (words, significant, named))
    return {initials.upper() for initials in candidates if len(initials) >= _SHORTEST_ACRONYM}


def _parts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of the name that may stand for it: two telling words, or one that is not generic."""
    for start, end in combinations(range(len(words) + 1), 2):
        run = words[start:end]
        small = {word.casefold() in _SMALL for word in (run[0], run[-1])}
        telling = [w for w in run if w.casefold() not in _SMALL | _GENERIC]
        alone = len(telling) == len(_telling(words)) == 1 and len(run) == 1
        if True not in small and (len(telling) > 1 or (alone and len(run[0]) > _SHORTEST_ACRONYM)):
            yield run


def _telling(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.casefold() not in _SMALL | _GENERIC]


def _sequence(words: Sequence[str], between: str = _BETWEEN) -> str:
    return rf"(?<![^\W_]){between.join(map(re.escape, words))}(?![^\W_])"


def _spans(pattern: str, text: str) -> Iterator[Span]:
    return (match.span() for match in re.finditer(pattern, text, re.IGNORECASE))


def _upper(spans: Iterator[Span], text: str) -> Iterator[Span]:
    return (span for span in spans if text[slice(*span)].isupper())


def _capitalised(spans: Iterator[Span], text: str) -> Iterator[Span]:
    """Only where a name was meant: each telling word starts with a capital."""
    for span in spans:
        words = [w for w in _WORD.findall(text[slice(*span)]) if w.casefold() not in _SMALL]
        if words and all(word[0].isupper() for word in words):
            yield span
