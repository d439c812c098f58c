"""How high those who are right are ranked, with 95 % intervals over the queries."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.papyrus_methods import Scores

MEASURES = ("MRR", "R@1", "R@10")
FIRST_PAGE = 10
RESAMPLES = 5_000


def ranks(scores: Scores, answers: Sequence[set[int]]) -> NDArray[np.int64]:
    """For each query the rank of the first who is right; among equals, those come last."""
    found = []
    for row, right in zip(scores, answers, strict=True):
        best = max(row[place] for place in right)
        wrong = np.ones(len(row), dtype=bool)
        wrong[list(right)] = False
        found.append(1 + int((row[wrong] >= best).sum()))
    return np.array(found)


def measured(scores: Scores, answers: Sequence[set[int]]) -> list[str]:
    """Each measure as a cell of a table: mean and interval."""
    found = ranks(scores, answers)
    # Seeded: the same scores give the same interval.
    drawn = np.random.default_rng(0).integers(0, len(found), size=(RESAMPLES, len(found)))
    cells = []
    for values in (1 / found, found == 1, found <= FIRST_PAGE):
        low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
        cells.append(f"{values.mean():.3f} ({low:.2f}-{high:.2f})")
    return cells
