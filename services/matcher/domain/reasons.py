"""Choosing what to say for a match: passages and words of both texts, and what both ticked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from services.matcher.domain import features as f
from services.matcher.domain.capability import PartKind
from services.matcher.domain.fit import UNDECIDED, place_fit
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.match import Contribution, shares
from services.matcher.domain.passages import (
    CLOSE,
    SAME_SENSE,
    Meetings,
    Passage,
    Written,
    best_passages,
    meetings,
)
from services.matcher.domain.quoting import Quote, quoted
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.shared_words import RARE, SharedWord, shared_words
from services.matcher.domain.texts import folded

MOST_WORDS = 3
NOTHING = Quote()


class Kind(StrEnum):
    """What a reason rests on."""

    PASSAGE = "passage"
    WORD = "word"
    GOALS = "goals"
    MODES = "modes"
    CITY = "city"
    REGION = "region"


class Touch(StrEnum):
    """How two passages meet."""

    WORDS = "words"
    MEANING = "meaning"
    LOOSE = "loose"


# The features that have reasons of their own; passages stand for all the others.
STANDS_FOR: Mapping[Kind, str] = {
    Kind.WORD: f.RARE_WORDS,
    Kind.GOALS: f.GOALS,
    Kind.MODES: f.MODES,
    Kind.CITY: f.PLACE,
    Kind.REGION: f.PLACE,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason, before it is put into words.

    Attributes:
        need: Verbatim from the need; empty where the reason quotes nothing.
        capability: Verbatim from the capability; empty likewise.
        words: Telling words that both sides use, as each writes them.
        terms: What both ticked, as codes (goals, modes), or the place that they share.
        share: Its part in what speaks for the match, from 0 to 1.
        touch: How the passages meet.
        source: What kind of part the capability's passage is.
    """

    kind: Kind
    need: Quote = NOTHING
    capability: Quote = NOTHING
    words: tuple[SharedWord, ...] = ()
    terms: tuple[str, ...] = ()
    share: float = 0.0
    touch: Touch = Touch.WORDS
    source: PartKind = PartKind.SENTENCE


def choose_grounds(
    need: NeedRepresentation,
    capability: CapabilityRepresentation,
    contributions: tuple[Contribution, ...],
    written: Written,
    rarity: Rarity,
) -> list[Ground]:
    """What to say for a match: what is quoted first, a loose link after shared words."""
    by_feature = shares(contributions)
    met = meetings(need, capability, written, rarity)
    passages = list(best_passages(met))
    others = [*_word(met, passages, rarity, by_feature), *_ticked(need, capability, by_feature)]
    unquoted = {STANDS_FOR[other.kind] for other in others} | {f.LANGUAGE}
    left = sum(share for feature, share in by_feature.items() if feature not in unquoted)
    quoting = list(_quoting(passages, left))
    return sorted([*quoting, *others], key=_order)


def _order(ground: Ground) -> tuple[int, float]:
    """Passages, then shared words, then what both ticked; a loose passage after the words."""
    if ground.kind is Kind.PASSAGE:
        return 2 * (ground.touch is Touch.LOOSE), -ground.share
    return (1 if ground.kind is Kind.WORD else 3), 0


def _quoting(passages: list[Passage], share: float) -> Iterator[Ground]:
    """Passages share by how close they are; one that is not close still counts a little."""
    weights = [max(0.05, passage.closeness) for passage in passages]
    for passage, weight in zip(passages, weights, strict=True):
        words = passage.words[:MOST_WORDS]
        yield Ground(
            Kind.PASSAGE,
            quoted(passage.span, around=words[0].wanted if words else ""),
            quoted(passage.part.quote, around=words[0].offered if words else ""),
            words,
            share=share * weight / sum(weights),
            touch=_touch(passage),
            source=passage.part.kind,
        )


def _touch(passage: Passage) -> Touch:
    if passage.words:
        return Touch.WORDS
    is_close = passage.closeness >= CLOSE and passage.nearness >= SAME_SENSE
    return Touch.MEANING if is_close else Touch.LOOSE


def _word(
    met: Meetings, passages: list[Passage], rarity: Rarity, by_feature: Mapping[str, float]
) -> Iterator[Ground]:
    """The rare words that both use and that no passage names already."""
    pairs = product(met.written.spans, met.written.keywords)
    listed = [word for span, keyword in pairs for word in shared_words(span, keyword, rarity)]
    named = [word for passage in passages for word in passage.words]
    used = [word for row in met.words for pair in row for word in pair]
    new = _without_repeats([*used, *listed], named)
    rare = [word for word in new if word.weight >= RARE]
    if rare:
        first = sorted(rare, key=lambda word: (-word.weight, word.wanted))[:MOST_WORDS]
        quotes = Quote(first[0].wanted), Quote(first[0].offered)
        yield Ground(Kind.WORD, *quotes, tuple(first), share=by_feature.get(f.RARE_WORDS, 0.0))


def _without_repeats(words: Iterable[SharedWord], named: Iterable[SharedWord]) -> list[SharedWord]:
    known = {folded(word.wanted)[:5] for word in named}
    new: dict[str, SharedWord] = {}
    for word in words:
        if folded(word.wanted)[:5] not in known:
            new.setdefault(folded(word.wanted)[:5], word)
    return list(new.values())


def _ticked(
    need: NeedRepresentation, capability: CapabilityRepresentation, by_feature: Mapping[str, float]
) -> Iterator[Ground]:
    for kind, terms in _in_common(need, capability):
        if terms:
            yield Ground(kind, terms=terms, share=by_feature.get(STANDS_FOR[kind], 0.0))


def _in_common(
    need: NeedRepresentation, capability: CapabilityRepresentation
) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    wants, offers = need.need, capability.capability
    yield Kind.GOALS, tuple(str(goal) for goal in sorted(need.sdgs.intersection(offers.sdgs)))
    both = tuple(mode for mode in wants.modes if mode in offers.modes and mode != UNDECIDED)
    yield Kind.MODES, both
    place = place_fit(wants.place, offers.place)
    if place == 1:
        yield Kind.CITY, (offers.place.city,)
    elif place:
        yield Kind.REGION, (offers.place.region,)
