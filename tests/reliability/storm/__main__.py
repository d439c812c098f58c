"""Run a storm: `make storm SECONDS=300 SEED=1`."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.reliability.storm.house import forget
from tests.reliability.storm.storm import Result, storm

SHOWN = 20


def main() -> int:
    """Run one; 0 where all is well."""
    parser = argparse.ArgumentParser(prog="storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where everything is written, and kept")
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="passerelle-storm-"))
    folder.mkdir(parents=True, exist_ok=True)

    def say(line: str) -> None:
        print(line, flush=True)
        with (folder / "storm.log").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")

    result = asyncio.run(storm(folder, seed=chosen.seed, seconds=chosen.seconds, say=say))
    for line in table(result):
        say(line)
    if result.is_well and not chosen.folder:
        asyncio.run(forget(folder))
    else:
        say(f"everything is in {folder}")
    return 0 if result.is_well else 1


def table(result: Result) -> list[str]:
    """What happened and what was found, as a table; then the findings."""
    lines = ["", "| what | how many |", "| --- | --- |"]
    lines += [f"| {what} | {count} |" for what, count in sorted(result.counts.items())]
    lines += [f"| **{name}** | **{len(found)}** |" for name, found in result.found.items()]
    for name, found in result.found.items():
        lines += [f"{name}: {finding}" for finding in found[:SHOWN]]
    return lines


if __name__ == "__main__":
    sys.exit(main())
