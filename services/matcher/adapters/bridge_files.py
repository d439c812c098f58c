"""Reading and writing the bridges of `models/`: plain arrays of numbers, nothing executable."""

from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.matcher.domain.bridges import Adapter, Bridges, Scope
from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.vectors import Matrix, unit

MODELS = Path(__file__).parents[1] / "models"
SUBJECTS, ADAPTER, SCOPE = "subjects.npz", "adapter.npz", "scope.npz"
BRIDGES = (SUBJECTS, ADAPTER, SCOPE)
STEPS = 127


def read_bridges(folder: Path = MODELS) -> Bridges:
    """All bridges; the digest of their files is their version, and that of the subjects theirs."""
    subjects = _arrays(folder / SUBJECTS)
    adapter, scope = _arrays(folder / ADAPTER), _arrays(folder / SCOPE)
    return Bridges(
        sha256(b"".join((folder / name).read_bytes() for name in BRIDGES)).hexdigest()[:8],
        SubjectSpace(
            sha256((folder / SUBJECTS).read_bytes()).hexdigest()[:8],
            tuple(subjects["ids"].tolist()),
            subjects["likely"].astype(np.uint8),
            _directions(subjects["everyday"]),
            _directions(subjects["research"]),
        ),
        Adapter(adapter["down"].astype(np.float32), adapter["up"].astype(np.float32)),
        Scope(_directions(scope["requests"]), _directions(scope["others"])),
    )


def write_bridges(bridges: Bridges, folder: Path) -> None:
    """Keep directions in a byte a number, the adapter in two."""
    subjects, adapter, scope = bridges.subjects, bridges.adapter, bridges.scope
    np.savez(
        folder / SUBJECTS,
        ids=np.array(subjects.ids),
        likely=subjects.likely,
        everyday=_in_steps(subjects.everyday),
        research=_in_steps(subjects.research),
    )
    np.savez(
        folder / ADAPTER, down=adapter.down.astype(np.float16), up=adapter.up.astype(np.float16)
    )
    np.savez(folder / SCOPE, requests=_in_steps(scope.requests), others=_in_steps(scope.others))


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _directions(steps: NDArray[np.generic]) -> Matrix:
    return unit(steps.astype(np.float32))


def _in_steps(rows: Matrix) -> NDArray[np.int8]:
    greatest = np.abs(rows).max(axis=1, keepdims=True)
    return np.rint(rows / np.where(greatest == 0, 1, greatest) * STEPS).astype(np.int8)
