"""Runs in the TREC format, and the measures of the evaluation set."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import P, Qrel, R, ScoredDoc, Success, nDCG

TAG = "passerelle"
ANSWERS = 2
# trec_eval's gain is the grade itself: handing it 2^grade - 1 gives the exponential gain.
GAINS = {0: 0, 1: 1, 2: 3, 3: 7}
MEASURES = {
    "nDCG@10": nDCG @ 10,
    "P@3": P(rel=GAINS[ANSWERS]) @ 3,
    "hit@3": Success(rel=GAINS[ANSWERS]) @ 3,
    "recall@50": R(rel=GAINS[ANSWERS]) @ 50,
}
RESAMPLES = 5_000

Scores = dict[str, dict[str, float]]
Grades = dict[str, dict[str, int]]


def run_lines(need_id: str, ranked: Sequence[tuple[str, float]]) -> Iterator[str]:
    """The lines of one need; scores fall strictly, so that every reader sorts alike."""
    last = math.inf
    for rank, (capability_id, score) in enumerate(ranked, start=1):
        last = min(score, math.nextafter(last, -math.inf))
        yield f"{need_id} Q0 {capability_id} {rank} {last!r} {TAG}\n"


def read_run(path: Path) -> Scores:
    """The scores of a run, by need and capability.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line is not `need Q0 capability rank score tag`; the message says which.
    """
    found: Scores = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            need_id, _, capability_id, _, score, _ = line.split()
            found.setdefault(need_id, {})[capability_id] = float(score)
        except ValueError as error:
            raise ValueError(
                f"{path.name} line {number}: expected `need Q0 capability rank score tag`"
            ) from error
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean over needs and its 95 % bootstrap interval."""

    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures over the needs that have an answer; a need missing from the run counts 0."""

    measured: list[Measured]
    needs: int
    missing: int


def evaluate(run: Scores, grades: Grades) -> Evaluation:
    """Measure a run against judgements."""
    answerable = sorted(n for n, judged in grades.items() if max(judged.values()) >= ANSWERS)
    each = per_need(run, {need_id: grades[need_id] for need_id in answerable})
    measured = [replace(mean_over(each[name]), name=name) for name in MEASURES if answerable]
    return Evaluation(measured, len(answerable), sum(n not in run for n in answerable))


def per_need(run: Scores, grades: Grades) -> dict[str, list[float]]:
    """Each measure for each judged need, in the order of `grades`."""
    qrels = [Qrel(n, c, GAINS[g]) for n, judged in grades.items() for c, g in judged.items()]
    docs = [ScoredDoc(n, c, s) for n, found in run.items() if n in grades for c, s in found.items()]
    values = {name: dict.fromkeys(grades, 0.0) for name in MEASURES}
    names = {str(measure): name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, docs):
        values[names[str(metric.measure)]][metric.query_id] = metric.value
    return {name: list(found.values()) for name, found in values.items()}


def mean_over(values: Sequence[float]) -> Measured:
    """The mean of a value of each need, and its interval."""
    seen = np.array(values)
    # Seeded: the same run gives the same interval.
    drawn = np.random.default_rng(0).integers(0, len(seen), size=(RESAMPLES, len(seen)))
    low, high = np.quantile(seen[drawn].mean(axis=1), [0.025, 0.975])
    return Measured("", float(seen.mean()), float(low), float(high))
