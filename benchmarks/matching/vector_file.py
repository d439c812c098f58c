"""Vectors kept in a file between two runs of a benchmark."""

import sqlite3
from pathlib import Path
from threading import Lock

import numpy as np

from services.matcher.domain.vectors import Vector

KEPT_AT_ONCE = 64


class VectorFile:
    """A cache of the embedder, by a key of model, role and text."""

    def __init__(self, folder: Path) -> None:
        """Open or create `vectors.sqlite` in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        # The embedder computes on several threads but keeps from the one that asked.
        self._file = sqlite3.connect(folder / "vectors.sqlite", check_same_thread=False)
        self._file.execute("CREATE TABLE IF NOT EXISTS vector (key TEXT PRIMARY KEY, numbers BLOB)")
        self._waiting: dict[str, bytes] = {}
        self._one_at_a_time = Lock()

    def get(self, key: str) -> Vector | None:
        """The vector kept under a key."""
        with self._one_at_a_time:
            numbers = self._waiting.get(key)
            if numbers is None:
                found = self._file.execute("SELECT numbers FROM vector WHERE key = ?", [key])
                numbers = (found.fetchone() or [None])[0]
        return None if numbers is None else np.frombuffer(numbers, dtype=np.float32)

    def put(self, key: str, vector: Vector) -> None:
        """Keep a vector."""
        with self._one_at_a_time:
            self._waiting[key] = np.asarray(vector, dtype=np.float32).tobytes()
            if len(self._waiting) >= KEPT_AT_ONCE:
                self._write()

    def close(self) -> None:
        """Write what waits."""
        with self._one_at_a_time:
            self._write()
            self._file.close()

    def _write(self) -> None:
        rows = self._waiting.items()
        self._file.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)
        self._file.commit()
        self._waiting.clear()
