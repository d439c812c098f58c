"""The secrets of a run on this computer, made once and kept for its owner alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path


def _new() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs the links in mails, and the services' password for their databases."""

    link: str = field(default_factory=_new)
    database: str = field(default_factory=_new)


def read_or_create_keys(file: Path) -> Keys:
    """The keys of this file, which is written when it is missing."""
    if file.exists():
        return Keys(**json.loads(file.read_text()))
    keys = Keys()
    write_private(file, json.dumps(asdict(keys)))
    return keys


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read, all of it or nothing."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
        new.write(content)
    unfinished.replace(file)
