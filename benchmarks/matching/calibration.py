"""How far a score is the share of pairs that fit, and when nobody is proposed.

    python -m benchmarks.matching.calibration [--data FOLDER] [--picture FOLDER]

Each need is scored by a model that never saw its judgements; the pairs are its ten best.
"""

import argparse
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.diagram import Bin, reliability_svg
from benchmarks.matching.setting import Bench, Setting, read_bench
from services.matcher.adapters.learning import unseen_scores
from services.matcher.adapters.model_files import read_weights
from services.matcher.adapters.trec import ANSWERS, Scores

BEST = 10
BINS = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """Probabilities and what was found, pair by pair."""

    said: Floats
    found: Floats

    @property
    def brier(self) -> float:
        """Mean squared distance (Brier 1950)."""
        return float(((self.said - self.found) ** 2).mean())

    @property
    def base_brier(self) -> float:
        """The same for one who always says how many fit on average."""
        return float(self.found.mean() * (1 - self.found.mean()))

    def bins(self, *, alike: bool) -> list[Bin]:
        """Ten bins, of equal width or (`alike`) of equal numbers of pairs."""
        order = np.argsort(self.said, kind="stable")
        if alike:
            groups = np.array_split(order, BINS)
        else:
            which = np.minimum((self.said * BINS).astype(int), BINS - 1)
            groups = [np.flatnonzero(which == b) for b in range(BINS)]
        return [
            Bin(len(g), float(self.said[g].mean()), float(self.found[g].mean()))
            for g in groups
            if len(g)
        ]

    def error(self, *, alike: bool) -> float:
        """Expected calibration error: mean distance of a bin's score from its share."""
        return sum(b.pairs * abs(b.said - b.found) for b in self.bins(alike=alike)) / len(self.said)


def main() -> None:
    """Print calibration and abstention of both settings, and draw the diagrams."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER")
    parser.add_argument("--picture", type=Path, default=Path("docs/images"), metavar="FOLDER")
    options = parser.parse_args()
    bench = read_bench(options.data)
    print("\n| needs | pairs | error, equal width | error, equal numbers | Brier | base rate's |")
    print("| --- | --- | --- | --- | --- | --- |")
    for setting in (bench.raw, bench.read):
        run = unseen_scores(setting.pairs, setting.learns_from)
        said = ten_best(bench, run)
        print(
            f"| {setting.name} | {len(said.said)} | {said.error(alike=False):.3f} "
            f"| {said.error(alike=True):.3f} | {said.brier:.4f} | {said.base_brier:.4f} |"
        )
        draw(setting, said, options.picture)
    print_abstention(bench)


def ten_best(bench: Bench, run: Scores) -> Said:
    """The ten best pairs of each need with an answer."""
    said, found = [], []
    for need, judged in sorted(bench.sample.grades.items()):
        if max(judged.values()) >= ANSWERS:
            best = sorted(run[need].items(), key=lambda item: (-item[1], item[0]))[:BEST]
            said += [score for _, score in best]
            found += [float(judged.get(cap, 0) >= ANSWERS) for cap, _ in best]
    return Said(np.array(said), np.array(found))


def draw(setting: Setting, said: Said, folder: Path) -> None:
    """Write the diagram of a setting."""
    name = setting.name.partition(" (")[0]
    picture = reliability_svg(f"Needs {name}: ten best, each need unseen", said.bins(alike=True))
    path = folder / f"reliability-{name.replace(' ', '-')}.svg"
    path.write_text(picture, "utf-8")
    print(f"Drawn: {path}")


def print_abstention(bench: Bench) -> None:
    """How many needs somebody is proposed for, with Wilson's 95 % intervals.

    Scores are those of the folds with what people decided, as the service adds it.
    """
    weights = read_weights()
    least = weights.rules.least_score
    print(f"\nProposed from {least} on\n| needs | with an answer | out of scope | none here |")
    print("| --- | --- | --- | --- |")
    answerable = {n for n, j in bench.sample.grades.items() if max(j.values()) >= ANSWERS}
    strange = {n for n, known in bench.judging.items() if not known.in_scope}
    others = set(bench.judging) - answerable - strange
    for setting in (bench.raw, bench.read):
        run = unseen_scores(setting.pairs, setting.learns_from, weights.added)
        cells = []
        for these in (answerable, strange, others):
            asked = sum(max(run[need].values()) >= least for need in these)
            cells.append(f"{asked} of {len(these)} ({interval(asked, len(these))})")
        print(f"| {setting.name} | {' | '.join(cells)} |")


def interval(found: int, of: int) -> str:
    """Wilson's 95 % interval of a share."""
    if not of:
        return "-"
    z, share = 1.96, found / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{max(0.0, middle - half):.2f}-{min(1.0, middle + half):.2f}"


if __name__ == "__main__":
    main()
