"""When a learned model may be promoted."""

import pytest

from services.matcher.domain.promotion import HeldOut, Quality, objections
from tests.support.builders_models import RULE, a_quality, held_out


def test_a_model_that_is_as_good_may_be_promoted() -> None:
    assert objections(held_out(), "old", RULE) == []


def test_a_model_that_is_better_may_be_promoted() -> None:
    better = Quality(0.9, 0.5, 0.1, 0.05)
    assert objections(held_out(better), "old", RULE) == []


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        (None, "too few needs to hold any out"),
        (held_out(answers=9), "9 answers that teach; 10 are needed"),
        (held_out(needs=4), "answers about 4 needs; 5 are needed"),
        (held_out(beside="older"), "measured beside older, but old is in use: train again"),
        (held_out(a_quality(ndcg_at_10=0.78)), "nDCG@10 falls from 0.800 to 0.780"),
        (held_out(a_quality(log_loss=0.6001)), "the log-loss rises from 0.6000 to 0.6001"),
        (
            held_out(a_quality(calibration_error=0.16)),
            "the calibration error rises from 0.100 to 0.160",
        ),
    ],
)
def test_each_objection_is_said_as_a_sentence(measured: HeldOut | None, said: str) -> None:
    assert objections(measured, "old", RULE) == [said]


def test_all_objections_are_said() -> None:
    worse = Quality(0.1, 2.0, 0.9, 0.9)
    assert len(objections(held_out(worse, answers=1, needs=1), "old", RULE)) == 5


def test_an_order_that_nobody_could_measure_is_no_objection() -> None:
    assert objections(held_out(a_quality(ndcg_at_10=None)), "old", RULE) == []


def test_what_is_a_little_worse_within_the_rule_is_no_objection() -> None:
    little = a_quality(ndcg_at_10=0.795, calibration_error=0.14)
    assert objections(held_out(little), "old", RULE) == []
