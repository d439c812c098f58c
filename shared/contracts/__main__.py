"""`python -m shared.contracts write | check`: commit to the contracts, or check that they hold."""

import sys
from argparse import ArgumentParser

from shared.contracts import asyncapi
from shared.contracts.check import breaking_changes, example_problems, problems
from shared.contracts.schema import schema_of, write_schema
from shared.contracts.topics import EVENTS


def write() -> list[str]:
    """Write schemas and AsyncAPI, unless a promise is broken."""
    broken = [*breaking_changes(EVENTS), *example_problems(EVENTS)]
    if broken:
        return [*broken, "Nothing was written."]
    for name, event in EVENTS.items():
        write_schema(name, schema_of(event))
    asyncapi.ASYNCAPI.write_text(asyncapi.text(), "utf-8")
    return []


def main() -> int:
    """Say what is wrong, one sentence a line; 1 when something is."""
    parser = ArgumentParser(prog="python -m shared.contracts", description=__doc__)
    parser.add_argument("action", choices=("write", "check"))
    found = write() if parser.parse_args().action == "write" else problems()
    sys.stdout.writelines(f"{sentence}\n" for sentence in found or ["The contracts hold."])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
