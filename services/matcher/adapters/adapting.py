"""Learning the adapter: everyday French on one side, research subjects in English on the other."""

import numpy as np

from services.matcher.domain.bridges import Adapter
from services.matcher.domain.vectors import Matrix

RANK = 32
RIDGE = 10.0
ROUNDS, BATCH, RATE = 3, 512, 1e-3
SHARPNESS = 20.0
SHRINKAGE = 1e-3
BARELY = 1e-8
SAME = 0.9999


def learn_adapter(everyday: Matrix, research: Matrix) -> Adapter:
    """Move each everyday row towards its research row, and away from those of others.

    It starts from the ridge regression cut to its greatest directions, which needs no luck; a few
    rounds of contrastive learning (InfoNCE, van den Oord et al. 2018) then sharpen it.
    """
    up, down = map(_Moving, _regressed(everyday, research))
    draws = np.random.default_rng(0)
    for _ in range(ROUNDS):
        order = draws.permutation(len(everyday))
        for batch in np.array_split(order, max(1, len(order) // BATCH)):
            slopes = _slopes(everyday[batch], research[batch], up.now, down.now)
            up.step(slopes[0])
            down.step(slopes[1])
    return Adapter(down.now, up.now.T.copy())


def _regressed(everyday: Matrix, research: Matrix) -> tuple[Matrix, Matrix]:
    """The ridge regression of what is missing, as two thin matrices."""
    moments = everyday.T @ everyday + RIDGE * np.eye(everyday.shape[1])
    missing = np.linalg.solve(moments, everyday.T @ (research - everyday)).T
    left, sizes, right = np.linalg.svd(missing)
    up = (left[:, :RANK] * sizes[:RANK]).astype(np.float32)
    return up, right[:RANK].astype(np.float32)


def _slopes(everyday: Matrix, research: Matrix, up: Matrix, down: Matrix) -> tuple[Matrix, Matrix]:
    """In which direction both matrices make the right row of a batch less near than others."""
    seen = everyday @ down.T
    moved = everyday + seen @ up.T
    lengths = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), BARELY)
    rows = moved / lengths
    nearness = rows @ research.T * SHARPNESS
    own = np.eye(len(rows), dtype=bool)
    nearness[(research @ research.T > SAME) & ~own] = -np.inf
    likely = np.exp(nearness - nearness.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    pull = (likely - own) @ research * (SHARPNESS / len(rows))
    across = (pull - (pull * rows).sum(axis=1, keepdims=True) * rows) / lengths
    return across.T @ seen + SHRINKAGE * up, (across @ up).T @ everyday


class _Moving:
    """A matrix that Adam moves (Kingma and Ba 2015)."""

    def __init__(self, start: Matrix) -> None:
        self.now = start.copy()
        self._mean = np.zeros_like(start)
        self._square = np.zeros_like(start)
        self._steps = 0

    def step(self, slope: Matrix) -> None:
        self._steps += 1
        self._mean += 0.1 * (slope - self._mean)
        self._square += 0.001 * (slope * slope - self._square)
        size = np.sqrt(self._square / (1 - 0.999**self._steps)) + BARELY
        self.now -= RATE * (self._mean / (1 - 0.9**self._steps)) / size
