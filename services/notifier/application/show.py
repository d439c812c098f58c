"""What a side sees of the other before both accepted: the same in mails and on pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.notifier.domain.people import Capability, Language, Need, Shown
from services.notifier.domain.register import Side
from services.notifier.domain.texts import clean
from shared.contracts.vocabularies import Vocabulary, modes, organisation_types

STARS = {"excellent": 3, "good": 2, "possible": 1}
LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON, MOST_REASONS = 200, 2000, 600, 3


@dataclass(frozen=True, slots=True)
class Row:
    """A fact with the key of its label."""

    key: str
    value: str | date


@dataclass(frozen=True, slots=True)
class Card:
    """A need or a capability, without who stands behind it."""

    title: str
    texts: tuple[Row, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """Why two texts meet, in the reader's language, and how well."""

    grade: str
    stars: int
    reasons: tuple[str, ...]


def card_of_other(shown: Shown, side: Side, language: Language) -> Card:
    """What `side` sees of the other."""
    if side is Side.RESEARCH:
        return card_of_need(shown.need, language)
    return card_of_capability(shown.capability, language)


def title_of_own(shown: Shown, side: Side) -> str:
    """What `side` calls its own part."""
    own = shown.capability.title if side is Side.RESEARCH else shown.need.title
    return clean(own, at_most=LONGEST_TITLE)


def card_of_need(need: Need, language: Language) -> Card:
    """A need as a researcher sees it."""
    rows = (
        Row("organisation_type", _labels([need.organisation_type], organisation_types(), language)),
        Row("territory", ", ".join(filter(None, (need.city, need.region)))),
        Row("modes", _labels(need.modes, modes(), language)),
        Row("deadline", need.deadline or ""),
    )
    texts = (Row("description", need.description), Row("expectations", need.expectations))
    return _card(need.title, texts, rows)


def card_of_capability(capability: Capability, language: Language) -> Card:
    """A capability as an organisation sees it."""
    rows = (
        Row("keywords", ", ".join(capability.keywords[:12])),
        Row("modes_offered", _labels(capability.modes, modes(), language)),
        Row("region", capability.region),
    )
    return _card(capability.title, (Row("summary", capability.summary),), rows)


def fit_of(shown: Shown, language: Language) -> Fit:
    """Why this was proposed; the matcher gives what it quotes first."""
    why = shown.why
    return Fit(
        grade=why.grade,
        stars=STARS.get(why.grade, 1),
        reasons=tuple(
            clean(reason.text(language), at_most=LONGEST_REASON)
            for reason in why.reasons[:MOST_REASONS]
        ),
    )


def _card(title: str, texts: Iterable[Row], rows: Iterable[Row]) -> Card:
    return Card(
        title=clean(title, at_most=LONGEST_TITLE),
        texts=_cleaned(texts, LONGEST_TEXT),
        rows=_cleaned(rows, LONGEST_TITLE),
    )


def _cleaned(rows: Iterable[Row], at_most: int) -> tuple[Row, ...]:
    cleaned = (
        Row(r.key, clean(r.value, at_most=at_most)) if isinstance(r.value, str) else r for r in rows
    )
    return tuple(row for row in cleaned if row.value)


def _labels(ids: Iterable[str], known: Vocabulary, language: Language) -> str:
    return ", ".join(known[i].label(language) for i in ids if i in known)
