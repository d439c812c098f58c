"""A few needs and capabilities of the sample with the real model: what a test can wait for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from services.matcher.adapters.sample import read_sample
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.domain.capability import Capability
from services.matcher.domain.match import Match
from services.matcher.domain.need import Need
from services.matcher.domain.representation import CapabilityRepresentation

WAVE = 3
NEEDS = ("need-05", "need-48", "need-54", "need-61", "need-08", "need-34")
OFFERS, ANSWERS_EACH = 24, 2


@dataclass(frozen=True, slots=True, eq=False)
class Few:
    matching: Matching
    needs: list[Need]
    offers: list[CapabilityRepresentation]

    def ranked(
        self, need: Need, offers: Sequence[CapabilityRepresentation] | None = None
    ) -> list[Match]:
        wanted = self.matching.represent.need(need, quoting=False)
        return self.matching.score(wanted, self.offers if offers is None else offers)

    def asked(
        self, need: Need, offers: Sequence[CapabilityRepresentation] | None = None
    ) -> list[str]:
        return first(self.ranked(need, offers))

    def represented(self, *capabilities: Capability) -> list[CapabilityRepresentation]:
        return self.matching.represent.capabilities(capabilities)

    def instead(
        self, *versions: Capability, of: CapabilityRepresentation
    ) -> list[CapabilityRepresentation]:
        """The offers with other versions of one of them."""
        others = [offer for offer in self.offers if offer is not of]
        return [*others, *self.represented(*versions)]


@cache
def few() -> Few:
    """Computed once for all tests of a process; vectors stay in memory."""
    sample, matching = read_sample(Path("data")), shipped_matching()
    by_id = {offer.capability_id: offer for offer in sample.capabilities}
    chosen: dict[str, Capability] = {}
    for need in NEEDS:
        judged = sorted(sample.grades[need].items(), key=lambda item: (-item[1], item[0]))
        chosen.update({name: by_id[name] for name, _ in judged[:ANSWERS_EACH]})
    spaced = sample.capabilities[:: len(sample.capabilities) // OFFERS]
    chosen.update({offer.capability_id: offer for offer in spaced})
    offers = matching.represent.capabilities(list(chosen.values())[:OFFERS])
    return Few(matching, [need for need in sample.raw if need.need_id in NEEDS], offers)


def first(matches: Sequence[Match]) -> list[str]:
    """Who would be asked."""
    return [match.capability_id for match in matches[:WAVE]]


def correlation(one: Sequence[Match], other: Sequence[Match]) -> float:
    """Spearman's, over the same capabilities."""
    places = {match.capability_id: place for place, match in enumerate(other)}
    ranks = [places[match.capability_id] for match in one]
    return float(np.corrcoef(np.arange(len(ranks)), ranks)[0, 1])


def log_odds(match: Match) -> float:
    return match.base + sum(added.contribution for added in match.contributions)
