"""What people and machines do to texts changes who is asked within stated bounds."""

import numpy as np
import pytest

from benchmarks.matching.perturbations import (
    CHANGES,
    STUFFED,
    changed,
    stuffed,
)
from tests.support.matching_few import WAVE, Few, correlation, few, first

pytestmark = pytest.mark.timeout(300)
# Mean rank correlation with the untouched need, and mean share of the first three that are kept.
BOUNDS = {
    "typos in one word of six": (0.85, 0.7),
    "accents dropped": (0.85, 0.7),
    "upper case": (0.9, 0.75),
    "lower case": (0.9, 0.75),
    "emoji": (0.9, 0.6),
    "HTML": (0.95, 0.9),
    "20,000 characters": (0.85, 0.7),
    "orders to a machine": (0.85, 0.6),
    "ten words": (0.65, 0.4),
}


@pytest.fixture(scope="module")
def some() -> Few:
    return few()


def test_every_change_has_a_bound() -> None:
    assert set(BOUNDS) == set(CHANGES)


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_need_asks_much_the_same(some: Few, name: str) -> None:
    least_alike, least_kept = BOUNDS[name]
    alike, kept = [], []
    for need in some.needs:
        one, other = some.ranked(need), some.ranked(changed(need, CHANGES[name]))
        alike.append(correlation(one, other))
        kept.append(len({*first(one)} & {*first(other)}) / WAVE)
    assert np.mean(alike) >= least_alike
    assert np.mean(kept) >= least_kept


def test_a_capability_written_to_win_is_never_first_and_rarely_asked(some: Few) -> None:
    offers = [offer.capability for offer in some.offers]
    for name, capability in stuffed(offers).items():
        added = some.represented(capability)
        asked = [some.asked(need, [*some.offers, *added]) for need in some.needs]
        assert STUFFED not in [first for first, *_ in asked], name
        assert sum(STUFFED in names for names in asked) <= 2, name
