"""Choosing what to say for a match: spans of both texts, and what both sides ticked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain import features as f
from services.matcher.domain.capability import Part
from services.matcher.domain.fit import UNDECIDED, place_fit
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.match import Contribution, shares
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.small_words import LIMITING_WORDS
from services.matcher.domain.texts import folded, may_be_quoted, shortened, words

LONGEST_SPAN = 160
PASSAGES = 2
# A word is rare when fewer than one text in 250 has it.
RARE = log(250)
# What a team says it does not do must be much nearer than the rest to be quoted.
LIMITS_PENALTY = 0.5

Forms = Mapping[str, str]


class Kind(StrEnum):
    """What a reason rests on."""

    PASSAGE = "passage"
    WORD = "word"
    GOALS = "goals"
    MODES = "modes"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason, before it is put into words.

    Attributes:
        need_span: Verbatim from the need; empty where the reason quotes nothing.
        capability_span: Verbatim from the capability; empty likewise.
        terms: Codes that both sides ticked (goals, modes), or the place that they share.
        share: Its part in what speaks for the match, from 0 to 1.
    """

    kind: Kind
    need_span: str = ""
    capability_span: str = ""
    terms: tuple[str, ...] = ()
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class SharedWords:
    """How the stems of each side are written in what may be quoted."""

    need: Forms
    capability: Forms


def quotable(part: Part) -> bool:
    """Whether a part of a capability may be quoted."""
    return bool(part.quote) and may_be_quoted(part.quote, ())


def states_limits(span: str) -> bool:
    """Whether a span seems to say what is not done."""
    return not LIMITING_WORDS.isdisjoint(words(folded(span)))


def quotes_of(capability: CapabilityRepresentation) -> list[str]:
    """All that may be quoted of a capability: its parts and its keywords."""
    quotes = [part.quote for part in capability.parts if quotable(part)]
    return quotes + [word for word in capability.capability.keywords if may_be_quoted(word, ())]


def choose_grounds(
    need: NeedRepresentation,
    capability: CapabilityRepresentation,
    contributions: tuple[Contribution, ...],
    written: SharedWords,
    rarity: Rarity,
) -> list[Ground]:
    """What to say for a match, most telling kind first."""
    by_feature = shares(contributions)
    passages = list(_passages(need, capability))
    semantic = sum(by_feature.get(name, 0.0) for name in (f.MEANING, f.QUESTIONS, f.BEST_QUESTION))
    grounds = [
        Ground(Kind.PASSAGE, wanted, offered, share=semantic / len(passages))
        for wanted, offered in passages
    ]
    word = rarest_shared(written, rarity)
    if word is not None:
        share = by_feature.get(f.RARE_WORDS, 0.0)
        grounds.append(Ground(Kind.WORD, written.need[word], written.capability[word], (), share))
    return grounds + list(_ticked(need, capability, by_feature))


def rarest_shared(written: SharedWords, rarity: Rarity) -> str | None:
    """The rarest stem that both sides use, if any is rare."""
    both = {stem: 1 for stem in written.need if stem in written.capability}
    rarest = rarity.rarest(both, at_most=1)
    return rarest[0] if rarest and rarity.weight(rarest[0]) >= RARE else None


def _passages(
    need: NeedRepresentation, capability: CapabilityRepresentation
) -> Iterator[tuple[str, str]]:
    """Pairs of spans that meet best; each span is used once."""
    allowed = [i for i, part in enumerate(capability.parts) if quotable(part)]
    if not allowed or not need.spans:
        return
    scores = _pair_scores(need, capability)[:, allowed]
    quotes = [capability.parts[i].quote for i in allowed]
    for _ in range(min(PASSAGES, len(need.spans), len(allowed))):
        row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
        if scores[row, column] == -np.inf:
            return
        wanted, offered = need.spans[row], quotes[column]
        yield shortened(wanted, at_most=LONGEST_SPAN), shortened(offered, at_most=LONGEST_SPAN)
        scores[row, :] = -np.inf
        scores[:, [folded(quote) == folded(offered) for quote in quotes]] = -np.inf


def _pair_scores(
    need: NeedRepresentation, capability: CapabilityRepresentation
) -> NDArray[np.float32]:
    """How well each span fits each part, and how well that part fits the need as it was read."""
    asked = np.vstack([need.whole[np.newaxis], need.question_vectors])
    relevance = (capability.part_vectors @ asked.T).max(axis=1)
    pairs = need.span_vectors @ capability.part_vectors.T
    limits = [LIMITS_PENALTY * states_limits(part.quote) for part in capability.parts]
    return np.asarray(pairs + relevance - np.array(limits), dtype=np.float32)


def _ticked(
    need: NeedRepresentation, capability: CapabilityRepresentation, by_feature: Mapping[str, float]
) -> Iterator[Ground]:
    wants, offers = need.need, capability.capability
    goals = sorted(need.sdgs.intersection(offers.sdgs))
    if goals:
        terms = tuple(str(goal) for goal in goals)
        yield Ground(Kind.GOALS, terms=terms, share=by_feature.get(f.GOALS, 0.0))
    modes = tuple(mode for mode in wants.modes if mode in offers.modes and mode != UNDECIDED)
    if modes:
        yield Ground(Kind.MODES, terms=modes, share=by_feature.get(f.MODES, 0.0))
    place = place_fit(wants.place, offers.place)
    if place:
        term = offers.place.city if place == 1 else offers.place.region
        yield Ground(Kind.PLACE, terms=(term,), share=by_feature.get(f.PLACE, 0.0))
