"""Breaking a guard on purpose, in a copy of the project, to see the storm notice it.

python -m tests.reliability.storm.sabotage NAME [--seconds 60] [--seed 1]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[3]
COPIED = ("services", "shared", "deploy", "tests", "data", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of code, and what comes in its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Sabotage:
    """A guard, and how it is taken away."""

    guard: str
    edits: tuple[Edit, ...]


NO_INBOX = Edit(
    "shared/runtime/consumer.py",
    "if not await inbox.is_new(one.event.id):",
    "if not await inbox.is_new(one.event.id) and not one.message.topic:",
)
SABOTAGES = {
    "inbox": Sabotage(
        "what was heard is written down",
        (
            Edit(
                "shared/runtime/inbox.py",
                "insert into inbox (event_id) select unnest($1::uuid[]) order by 1\n"
                "on conflict do nothing returning event_id",
                "select event_id from unnest($1::uuid[]) as event_id",
            ),
        ),
    ),
    "marking": Sabotage(
        "only what the broker took counts as published",
        (
            Edit(
                "shared/runtime/relay.py",
                "sent = _sent(rows, results)",
                "sent = _sent(rows, results)\n"
                "        await connection.execute(\n"
                '            "update outbox set published_at = now() where id = any($1)",\n'
                '            [row["id"] for row in rows],\n'
                "        )",
            ),
        ),
    ),
    "order": Sabotage(
        "the outbox is published in order",
        (
            Edit(
                "shared/runtime/relay.py",
                "where published_at is null order by id limit $1",
                "where published_at is null order by id desc limit $1",
            ),
        ),
    ),
    "lost-log": Sabotage(
        "a log that was lost is filled again",
        (
            Edit(
                "shared/runtime/lost_log.py",
                "from page where outbox.id = page.id and published_at is not null",
                "from page where outbox.id = page.id and false",
            ),
        ),
    ),
    "caps": Sabotage(
        "one at a time decides whom to ask",
        (
            Edit(
                "services/matcher/adapters/postgres_allocation.py",
                '"select pg_advisory_xact_lock($1)", DECIDING',
                '"select $1::bigint", DECIDING',
            ),
            Edit(  # between looking and writing, which makes the race likely
                "services/matcher/adapters/postgres_allocation.py",
                "        await self._connection.execute(\n            RECORD,",
                '        await self._connection.execute("select pg_sleep(0.3)")\n'
                "        await self._connection.execute(\n            RECORD,",
            ),
        ),
    ),
    "waiting-room": Sabotage(
        "an event put aside at the wrong moment is found",
        (
            Edit(
                "shared/runtime/inbox.py",
                "select * from parked where again_at < clock_timestamp()",
                "select * from parked where false",
            ),
        ),
    ),
    "doubt": Sabotage(
        "a mail is written down before its body starts",
        (
            Edit(
                "services/notifier/domain/delivery.py",
                "return replace(delivery, body_started=True, possible_duplicate=is_copy)",
                "return replace(delivery, possible_duplicate=is_copy)",
            ),
        ),
    ),
    "versions": Sabotage(
        "a copy keeps its newest version, should an event be applied twice",
        (
            NO_INBOX,
            Edit(
                "services/matcher/adapters/postgres_facts.py",
                "where capability.version < excluded.version",
                "where capability.version <> excluded.version",
            ),
        ),
    ),
}


def broken_copy(sabotage: Sabotage, folder: Path) -> None:
    """A copy of the project without the guard."""
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
            )
        else:
            shutil.copy(source, folder / name)
    for edit in sabotage.edits:
        file = folder / edit.file
        file.write_text(file.read_text("utf-8").replace(edit.old, edit.new), "utf-8")


def main() -> int:
    """Run a storm on a broken copy; 0 where it was noticed."""
    parser = argparse.ArgumentParser(prog="sabotage", description=__doc__)
    parser.add_argument("name", choices=SABOTAGES)
    parser.add_argument("--seconds", default="60")
    parser.add_argument("--seed", default="1")
    chosen = parser.parse_args()
    sabotage = SABOTAGES[chosen.name]
    with tempfile.TemporaryDirectory(prefix="passerelle-sabotage-") as copy:
        broken_copy(sabotage, Path(copy))
        run = subprocess.run(
            [
                *(sys.executable, "-m", "tests.reliability.storm"),
                *("--seconds", chosen.seconds, "--seed", chosen.seed, "--folder", f"{copy}/storm"),
            ],
            cwd=copy,
            check=False,
        )
    noticed = run.returncode == 1
    print(f"{sabotage.guard}: {'its absence was noticed' if noticed else 'NOT NOTICED'}")
    return 0 if noticed else 1


if __name__ == "__main__":
    sys.exit(main())
