"""From everyday words to those of research: what a need is compared through besides itself."""

from dataclasses import dataclass

import numpy as np

from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.vectors import Matrix, Vector, unit

# A need asks for research when the texts nearest to it do: so many of each kind are averaged.
NEIGHBOURS = 3
# From this much nearer to what is no research, to this much nearer to what is.
UNSURE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """A step from everyday to research language, learned from everyday French of subjects.

    Attributes:
        down: What a vector is looked at for, shape (rank, dimensions).
        up: Where each of these moves it, the same shape.
    """

    down: Matrix
    up: Matrix

    def adapted(self, rows: Matrix) -> Matrix:
        """Rows moved a little, of length one again."""
        moved = rows + (rows @ self.down.T) @ self.up
        return unit(moved.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Examples of what is asked of research, and of what no researcher answers.

    Attributes:
        requests: Centred vectors of requests in everyday French.
        others: Likewise of advertisements, grants, lawsuits and errands.
    """

    requests: Matrix
    others: Matrix

    def research(self, text: Vector, subjects: Matrix) -> float:
        """From 0, a text that asks for no research, to 1, one that does."""
        asks = max(_nearness(self.requests, text), _nearness(subjects, text))
        margin = asks - _nearness(self.others, text)
        return float(np.clip((margin + UNSURE) / (2 * UNSURE), 0, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Bridges:
    """All of them, trained together.

    Attributes:
        version: Changes when a number of any does.
    """

    version: str
    subjects: SubjectSpace
    adapter: Adapter
    scope: Scope


def _nearness(rows: Matrix, text: Vector) -> float:
    near = rows @ text
    kept = min(NEIGHBOURS, len(near))
    return float(np.partition(near, len(near) - kept)[len(near) - kept :].mean()) if kept else 0.0
