"""The command line of the notifier: what operators ask of it."""

import argparse
from collections.abc import Sequence

from services.notifier import app
from shared.runtime.operating import operate
from shared.runtime.operators import add_operators_commands


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code is 0 when it did its work."""
    parser = argparse.ArgumentParser(
        prog="python -m services.notifier",
        description="Without a command: run the service until SIGTERM.",
    )
    add_operators_commands(parser.add_subparsers(required=True, metavar="COMMAND"))
    return operate(parser.parse_args(arguments), app.operated())
