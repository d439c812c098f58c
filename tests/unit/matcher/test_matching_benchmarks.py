import numpy as np
import pytest

from benchmarks.matching.calibration import Said, interval
from benchmarks.matching.diagram import Bin, reliability_svg
from benchmarks.matching.peers import fused


def test_what_is_said_as_often_as_it_is_found_has_no_error() -> None:
    said = Said(np.repeat([0.25, 0.75], 4), np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=float))
    assert said.error(alike=False) == pytest.approx(0)
    assert said.brier < said.base_brier


def test_being_sure_of_what_is_wrong_is_an_error() -> None:
    assert Said(np.ones(20), np.zeros(20)).error(alike=True) == pytest.approx(1)


def test_an_interval_of_few_is_wide_and_of_none_unknown() -> None:
    assert interval(4, 4) == "0.51-1.00"
    assert interval(0, 0) == "-"


def test_fusing_ranks_puts_what_both_like_first() -> None:
    one, other = np.array([[3.0, 2.0, 1.0]]), np.array([[0.1, 0.9, 0.2]])
    assert fused(one, other)[0].argmax() == 1


def test_a_diagram_says_its_numbers_and_escapes_its_title() -> None:
    picture = reliability_svg("said & found", [Bin(12, 0.25, 0.5)])
    assert "said &amp; found" in picture
    assert "12 pairs: said 0.25, found 0.50" in picture
