"""One stack a folder."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.processes import StartError


@contextmanager
def locked(folder: Path) -> Generator[None, None, None]:
    """Hold the folder against a second stack."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise StartError(f"Passerelle is running already with the data in {folder}.") from held
        yield
