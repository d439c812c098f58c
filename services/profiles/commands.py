"""The command line of the profiles service."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from services.profiles.application.load_sample import LoadSample, Sample
from shared.runtime.operators import add_operators_commands

EVERY = 20


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What to run: nothing (the service), `load-samples FILE` or what operators ask for."""
    parser = argparse.ArgumentParser(
        prog="python -m services.profiles",
        description="Without a command: run the service until SIGTERM.",
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    load = commands.add_parser(
        "load-samples", help="publish sample capabilities (JSON lines), each with an invented owner"
    )
    load.add_argument("file", type=_readable)
    add_operators_commands(commands)
    return parser.parse_args(arguments)


async def load_samples(
    lines: Iterable[Sample | object], load: LoadSample, say: Callable[[str], None]
) -> bool:
    """Load each sample, telling how far it is; False where a line was no capability."""
    loaded = known = bad = 0
    for line in lines:
        if not isinstance(line, Sample):
            bad += 1
            say(str(line))
            continue
        new = await load(line)
        loaded, known = loaded + new, known + (not new)
        if (loaded + known) % EVERY == 0:
            say(f"{loaded + known} capabilities")
    say(f"{loaded} capabilities loaded, {known} known before, {bad} bad lines")
    return bad == 0


def to_stderr(message: str) -> None:
    """Tell the person at the terminal."""
    print(message, file=sys.stderr, flush=True)


def _readable(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no such file: {text}")
    return path
