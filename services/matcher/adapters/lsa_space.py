"""Cross-lingual latent semantic analysis: French and English stems as vectors in one space."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from services.matcher.adapters.model_files import MODELS
from services.matcher.domain.representation import Stems
from services.matcher.domain.vectors import Matrix, Vector, unit

FILE = "lsa.npz"
FINEST = 127
# Where French and English write a word alike, they do so at its start: "biodivers(it)".
BEGINNING = 6


@dataclass(frozen=True, slots=True, eq=False)
class LsaSpace:
    """Places a text where the texts that shared its stems lie (Littman et al. 1998).

    Attributes:
        row_of: The row of each known beginning of a stem.
        weights: What each counts: its rarity times the size of its steps, shape (beginnings,).
        axes: Its direction in whole steps, shape (beginnings, dimensions).
    """

    version: str
    row_of: dict[str, int]
    weights: Vector
    axes: NDArray[np.int8]

    @property
    def name(self) -> str:
        """Changes when a vector could."""
        return f"lsa/{self.version}"

    def place(self, texts: Sequence[Stems]) -> Matrix:
        """One row of length one for each text; zeros where no stem is known."""
        rows = np.zeros((len(texts), self.axes.shape[1]), dtype=np.float32)
        for row, stems in zip(rows, texts, strict=True):
            counted = beginnings(stems)
            known = [start for start in counted if start in self.row_of]
            if known:
                found = [self.row_of[start] for start in known]
                often = np.array([1 + log(counted[start]) for start in known], dtype=np.float32)
                row[:] = (often * self.weights[found]) @ self.axes[found].astype(np.float32)
        return unit(rows)


def beginnings(stems: Stems) -> Stems:
    """How often each beginning of a stem occurs."""
    counted: Counter[str] = Counter()
    for stem, often in stems.items():
        counted[stem[:BEGINNING]] += often
    return counted


def read_lsa_space(folder: Path = MODELS) -> LsaSpace:
    """The space that was learned: plain arrays, nothing is unpickled."""
    path = folder / FILE
    with np.load(path, allow_pickle=False) as found:
        starts = found["beginnings"].tobytes().decode().split("\n")
        weights = found["weights"].astype(np.float32)
        axes = cast("NDArray[np.int8]", found["axes"])
    version = sha256(path.read_bytes()).hexdigest()[:8]
    return LsaSpace(version, {start: row for row, start in enumerate(starts)}, weights, axes)


def write_lsa_space(
    starts: Sequence[str], rarity: NDArray[np.float32], axes: Matrix, folder: Path
) -> None:
    """Keep a space in a byte a number: steps of each beginning's own largest number."""
    longest = np.maximum(np.abs(axes).max(axis=1), np.finfo(np.float32).tiny)
    steps = np.rint(axes / longest[:, np.newaxis] * FINEST).astype(np.int8)
    weights = rarity * longest
    np.savez_compressed(
        folder / FILE,
        beginnings=np.frombuffer("\n".join(starts).encode(), dtype=np.uint8),
        weights=(weights / weights.max()).astype(np.float32),
        axes=steps,
    )
