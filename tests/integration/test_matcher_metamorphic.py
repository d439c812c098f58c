"""What must not matter to who is asked, or hardly: order, language, how a profile is cut."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.matching.perturbations import translations
from benchmarks.matching.robustness import IRRELEVANT, in_two
from services.matcher.application.rank_offline import RankOffline
from services.matcher.domain.capability import Capability
from services.matcher.domain.representation import CapabilityRepresentation
from tests.support.matching_few import WAVE, Few, correlation, few, first, log_odds

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def some() -> Few:
    return few()


def first_asked(some: Few, need: int) -> CapabilityRepresentation:
    name = some.asked(some.needs[need])[0]
    return next(one for one in some.offers if one.capability.capability_id == name)


NEEDS = range(6)


@pytest.mark.parametrize("seed", range(3))
def test_order_of_arrival_changes_nothing(some: Few, seed: int) -> None:
    draw = np.random.default_rng(seed)
    needs = [some.needs[i] for i in draw.permutation(len(some.needs))]
    offers = [some.offers[i].capability for i in draw.permutation(len(some.offers))]
    rank = RankOffline(some.matching.represent, some.matching.score, some.matching.explain)
    by_id = {need.need_id: need for need in some.needs}
    for ranking in rank(needs, offers, top=99, explain=False):
        usual = some.ranked(by_id[ranking[0].match.need_id])
        found = [ranked.match for ranked in ranking]
        assert [one.capability_id for one in found] == [one.capability_id for one in usual]
        # Linear algebra rounds by the place of a row: the last digits may differ.
        assert [log_odds(m) for m in found] == pytest.approx([log_odds(m) for m in usual], abs=1e-6)


def test_a_need_in_another_language_asks_much_the_same(some: Few) -> None:
    rankings = [(some.ranked(one), some.ranked(other)) for one, other in translations(some.needs)]
    kept = [len({*first(one)} & {*first(other)}) / WAVE for one, other in rankings]
    alike = [correlation(one, other) for one, other in rankings]
    assert len(rankings) == 14
    assert np.mean(kept) >= 0.5
    assert np.mean(alike) >= 0.7
    assert min(alike) >= 0.4


@pytest.mark.parametrize("nth", NEEDS)
def test_reordering_outputs_changes_a_score_little(some: Few, nth: int) -> None:
    need, offer = some.needs[nth], first_asked(some, nth)
    turned = replace(offer.capability, outputs=offer.capability.outputs[::-1])
    moves(some, nth, turned, offer, at_most=0.3)
    assert some.asked(need) == some.asked(need, some.instead(turned, of=offer))


@pytest.mark.parametrize("nth", NEEDS)
def test_an_irrelevant_output_changes_a_score_little(some: Few, nth: int) -> None:
    offer = first_asked(some, nth)
    outputs = (*offer.capability.outputs, IRRELEVANT)
    moves(some, nth, replace(offer.capability, outputs=outputs), offer, at_most=1.0)


@pytest.mark.parametrize("nth", NEEDS)
def test_one_half_of_a_split_profile_is_still_asked(some: Few, nth: int) -> None:
    offer = first_asked(some, nth)
    halves = in_two(offer.capability)
    asked = some.asked(some.needs[nth], some.instead(*halves, of=offer))
    assert {half.capability_id for half in halves} & set(asked)


def moves(
    some: Few, nth: int, version: Capability, offer: CapabilityRepresentation, *, at_most: float
) -> None:
    """A new version of a capability scores within `at_most` log-odds, and is asked as well."""
    need, name = some.needs[nth], version.capability_id
    (before,) = some.ranked(need, [offer])
    (after,) = some.ranked(need, some.represented(version))
    assert abs(log_odds(after) - log_odds(before)) <= at_most
    assert name in some.asked(need, some.instead(version, of=offer))
