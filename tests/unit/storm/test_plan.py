"""A storm's faults are drawn before it begins, and nothing is left out for long."""

import pytest

from tests.reliability.storm.plan import DECK, LASTS_S, TARGETS, Kind, plan


def test_the_same_seed_gives_the_same_faults() -> None:
    assert plan(7, 120) == plan(7, 120)
    assert plan(7, 120) != plan(8, 120)


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_comes_within_so_many(seed: int) -> None:
    first = plan(seed, 600)[: len(DECK)]
    assert {planned.kind for planned in first} == set(Kind)


def test_faults_are_in_time_on_known_targets_and_last_as_long_as_their_kind() -> None:
    planned = plan(3, 300)
    assert [one.at_s for one in planned] == sorted(one.at_s for one in planned)
    assert all(one.target in TARGETS[one.kind] for one in planned)
    for one in planned:
        least_s, most_s = LASTS_S.get(one.kind, (0.0, 0.0))
        assert least_s <= one.lasts_s <= most_s


def test_a_broker_is_frozen_for_longer_than_a_request_may_take() -> None:
    assert LASTS_S[Kind.BROKER_FROZEN][0] > 10
