"""How fast events travel, beside what database, broker and client alone can do.

    python -m benchmarks.messaging [--events N] [--rate R] [--repeat K] [--million]

Embedded broker and embedded PostgreSQL (durable, fsync on), events of about 1 kB; every
measurement has a new broker and a new database, and the floor of each is measured right before
it. All runs in one process beside the two servers: writer, relay and reader share one core.
"""

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.messaging.consuming import apply_rate, consumer_rate, read_rate
from benchmarks.messaging.ground import Ground, a_ground, bytes_of, messages, percentile
from benchmarks.messaging.relaying import cost_as_it_grows, insert_rate, produce_rate, relay_rate
from benchmarks.messaging.waiting import Seconds, insert_waits, log_waits, waits
from shared.contracts.wire import Message
from shared.runtime.observability import set_up_logging

SIZES, WITH_MILLION = (10_000, 100_000), (10_000, 100_000, 1_000_000)
SECONDS_AT_RATE = 10


@dataclass
class Results:
    """What each repetition gave, by what was measured."""

    found: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Keep a value, and say it."""
        self.found.setdefault(name, []).append(value)
        print(f"{name}: {value:.4g}", file=sys.stderr)

    def median(self, name: str) -> float:
        """The median of a measurement's repetitions."""
        return statistics.median(self.found[name])

    def spread(self, name: str) -> str:
        """Smallest and largest of the repetitions."""
        return f"{min(self.found[name]):,.0f}-{max(self.found[name]):,.0f}"


async def rates(ground: Ground, told: list[Message], results: Results) -> None:
    """One repetition of what is counted in events a second."""
    measured: dict[str, Callable[[Ground, list[Message]], Awaitable[float]]] = {
        "produce": produce_rate,
        "insert": insert_rate,
        "relay": relay_rate,
        "read": read_rate,
        "apply": apply_rate,
        "consumer": consumer_rate,
    }
    for name, measure in measured.items():
        results.add(name, await measure(ground, told))


async def latencies(ground: Ground, told: list[Message], rate: int, results: Results) -> None:
    """One repetition of what is counted in milliseconds."""
    published, heard = await waits(ground, told, rate)
    measured: dict[str, Seconds] = {
        "insert wait": await insert_waits(ground, told, rate),
        "log wait": await log_waits(ground, told, rate),
        "published": published,
        "heard": heard,
    }
    for name, seconds in measured.items():
        results.add(f"{name} p50", 1000 * percentile(seconds, 0.5))
        results.add(f"{name} p99", 1000 * percentile(seconds, 0.99))


RATES = (
    ("relay, rows/s", "relay", "produce", "the client produces alone"),
    ("relay, rows/s", "relay", "insert", "the driver inserts outbox rows alone"),
    ("consumer, events/s a worker", "consumer", "read", "the client reads alone"),
    ("consumer, events/s a worker", "consumer", "apply", "the driver writes the same rows alone"),
)
WAITS = (
    ("form → published, ms", "published", "insert wait", "the driver commits one row"),
    ("commit → reader's commit, ms", "heard", "log wait", "client to client, nothing stored"),
)


def rate_table(results: Results) -> Iterator[str]:
    """Events a second, beside their floors."""
    yield "| measured | median (range) | floor | floor's median | ratio |"
    yield "| --- | --- | --- | --- | --- |"
    for name, ours, floor, what in RATES:
        own, bare = results.median(ours), results.median(floor)
        yield (
            f"| {name} | {own:,.0f} ({results.spread(ours)}) | {what} | {bare:,.0f}"
            f" | {own / bare:.2f} |"
        )


def wait_table(results: Results, rate: int) -> Iterator[str]:
    """Milliseconds at a steady rate, beside their floors."""
    yield f"| at {rate} events/s | p50 | p99 | floor | p50 | p99 | ratio of p99 |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, ours, floor, what in WAITS:
        p50, p99 = (results.median(f"{ours} {p}") for p in ("p50", "p99"))
        bare_p50, bare_p99 = (results.median(f"{floor} {p}") for p in ("p50", "p99"))
        yield (
            f"| {name} | {p50:.1f} | {p99:.1f} | {what} | {bare_p50:.1f} | {bare_p99:.1f}"
            f" | {p99 / bare_p99:.1f} |"
        )


async def growth_table(ground: Ground, sizes: tuple[int, ...]) -> list[str]:
    """What an event costs the relay as the outbox grows."""
    lines = [
        "| outbox, rows | µs/event, 5,000 new among it | µs/event, all waiting | s to lead |",
        "| --- | --- | --- | --- |",
    ]
    for size in sizes:
        kept, waiting, start_s = await cost_as_it_grows(ground, size)
        lines.append(f"| {size:,} | {kept:.0f} | {waiting:.0f} | {start_s:.1f} |")
        print(lines[-1], file=sys.stderr)
    return lines


def machine() -> str:
    """What this was measured on."""
    parts = ("aiokafka", "asyncpg", "faststream")
    versions = ", ".join(f"{name} {version(name)}" for name in parts)
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()},"
        f" Python {platform.python_version()}, {versions}; load average {load:.1f} at the end."
    )


async def main() -> None:
    """Measure, and print Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000, metavar="N")
    parser.add_argument("--rate", type=int, default=200, metavar="R", help="events a second")
    parser.add_argument("--repeat", type=int, default=3, metavar="K")
    parser.add_argument("--million", action="store_true", help="an outbox of a million as well")
    asked = parser.parse_args()
    set_up_logging("ERROR")
    told, results = messages("event", asked.events), Results()
    some = messages("steady", asked.rate * SECONDS_AT_RATE)
    with tempfile.TemporaryDirectory() as folder:
        async with a_ground(Path(folder)) as ground:
            for _ in range(asked.repeat):
                await rates(ground, told, results)
                await latencies(ground, some, asked.rate, results)
            growth = await growth_table(ground, WITH_MILLION if asked.million else SIZES)
    size = statistics.mean(map(bytes_of, told))
    print(f"{asked.events:,} events of {size:,.0f} bytes, medians of {asked.repeat}. {machine()}\n")
    print("\n".join([*rate_table(results), "", *wait_table(results, asked.rate), "", *growth]))


if __name__ == "__main__":
    asyncio.run(main())
