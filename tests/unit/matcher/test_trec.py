from itertools import pairwise
from math import log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.adapters.trec import MEASURES, evaluate, per_need, read_run, run_lines

GRADES = {"n1": {"a": 3, "b": 2, "c": 1, "d": 2}, "n2": {"a": 2}, "n3": {"a": 1}}
RUN = {"n1": {"c": 0.9, "a": 0.8, "x": 0.7, "b": 0.6}, "other": {"a": 1.0}}


def test_measures_by_hand() -> None:
    found = {name: values[0] for name, values in per_need(RUN, GRADES).items()}
    gained = 1 / log2(2) + 7 / log2(3) + 0 + 3 / log2(5)
    ideal = 7 / log2(2) + 3 / log2(3) + 3 / log2(4) + 1 / log2(5)
    assert found["nDCG@10"] == pytest.approx(gained / ideal)
    assert found["P@3"] == pytest.approx(1 / 3)
    assert found["hit@3"] == 1.0
    assert found["recall@50"] == pytest.approx(2 / 3)


def test_a_need_missing_from_the_run_counts_nothing_and_one_without_answer_not_at_all() -> None:
    found = evaluate(RUN, GRADES)
    assert (found.needs, found.missing) == (2, 1)
    recall = next(measured for measured in found.measured if measured.name == "recall@50")
    assert recall.mean == pytest.approx(1 / 3)
    assert recall.low == 0.0
    assert recall.high == pytest.approx(2 / 3)


def test_without_an_answer_there_is_nothing_to_measure() -> None:
    assert evaluate(RUN, {"n3": {"a": 1}}).measured == []


def test_a_perfect_run_has_every_measure_at_its_best() -> None:
    found = per_need({"n1": {"a": 4, "b": 3, "d": 2, "c": 1}}, {"n1": GRADES["n1"]})
    assert {name: values[0] for name, values in found.items()} == dict.fromkeys(
        MEASURES, pytest.approx(1.0)
    )


scores = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=9)


@given(scores)
def test_a_run_is_read_back_in_its_order(found: list[float]) -> None:
    ranked = [(f"cap-{i}", score) for i, score in enumerate(sorted(found, reverse=True))]
    lines = [line.split() for line in run_lines("n1", ranked)]
    assert [(line[0], line[1], line[2], line[3], line[5]) for line in lines] == [
        ("n1", "Q0", capability_id, str(rank), "passerelle")
        for rank, (capability_id, _) in enumerate(ranked, start=1)
    ]
    printed = [float(line[4]) for line in lines]
    assert all(better > worse for better, worse in pairwise(printed))


def test_a_run_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "run.trec"
    path.write_text("n1 Q0 a 1 0.5 x\n\nn1 Q0 b second 0.4\n")
    with pytest.raises(ValueError, match=r"run\.trec line 3"):
        read_run(path)


def test_a_run_is_read_by_need(tmp_path: Path) -> None:
    path = tmp_path / "run.trec"
    path.write_text("n1 Q0 a 1 0.5 x\nn1 Q0 b 2 0.4 x\nn2 Q0 a 1 1e-3 x\n")
    assert read_run(path) == {"n1": {"a": 0.5, "b": 0.4}, "n2": {"a": 0.001}}
