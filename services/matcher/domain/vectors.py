"""Vectors of texts: centring and similarity."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Vector = NDArray[np.float32]


def unit(rows: Matrix) -> Matrix:
    """Rows of length one; a row of zeros stays as it is."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return cast("Matrix", (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Centring:
    """The mean of each kind of text and one direction, fixed at training time.

    Texts of one kind lie in a narrow cone of a sentence embedding's space, and one direction says
    more about the kind of text than about its subject. Taking off both brings the kinds together
    (Mu and Viswanath 2018, "All-but-the-top").

    Attributes:
        version: Changes when a number does: vectors of two versions must not be compared.
        direction: Of length one.
    """

    version: str
    need: Vector
    question: Vector
    outline: Vector
    part: Vector
    direction: Vector

    def centred(self, rows: Matrix, mean: Vector) -> Matrix:
        """Rows around one of the means, without the direction, of length one again."""
        around = rows - mean
        along = (around @ self.direction)[..., np.newaxis] * self.direction
        return unit((around - along).astype(np.float32))


def mean_of_best(similarities: NDArray[np.float32], best: int) -> NDArray[np.float32]:
    """Mean of the best similarities of each column; 0 where there is none."""
    rows = len(similarities)
    if rows == 0:
        return np.zeros(similarities.shape[1:], dtype=np.float32)
    worse = max(0, rows - best)
    kept = np.partition(similarities, worse, axis=0)[worse:] if worse else similarities
    return np.asarray(kept.mean(axis=0))
