"""What a need or a capability suffers, and what that changes in who is asked.

    python -m benchmarks.matching.robustness [--data FOLDER]

The data is the judged sample of this project (`data/README.md`), as typed, needs with an answer;
translations were written for this table (`translations.jsonl`). Each line compares with the ranking
of the same needs and capabilities untouched; intervals are 95 % bootstraps over needs.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.matching.perturbations import (
    CHANGES,
    STUFFED,
    changed,
    stuffed,
    translations,
    with_doubled_outputs,
)
from services.matcher.adapters.progress import Progress
from services.matcher.adapters.sample import Sample, read_sample
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.domain.capability import Capability, Output
from services.matcher.domain.match import Match
from services.matcher.domain.need import Need
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation

WAVE, ANSWER = 3, 2
RESAMPLES = 2_000
IRRELEVANT = Output("Bilan carbone d'un observatoire astronomique")

Alter = Callable[[Capability], list[Capability]]


@dataclass(frozen=True, slots=True)
class Ground:
    """The sample, compared once without any change."""

    matching: Matching
    sample: Sample
    offers: list[CapabilityRepresentation]
    needs: list[NeedRepresentation]

    def scores(
        self, need: NeedRepresentation, added: Sequence[CapabilityRepresentation] = ()
    ) -> list[Match]:
        """All matches of a need, best first."""
        return self.matching.score(need, [*self.offers, *added])


def main() -> None:
    """Print a table for needs, one for stuffed capabilities and one for honest changes of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER")
    ground = prepared(parser.parse_args().data)
    print(f"{len(ground.needs)} needs with an answer, {len(ground.offers)} capabilities.")
    print(f"\n| the need | needs | rank correlation | least | of the first {WAVE}, kept | hit@3 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for line in changed_needs(ground):
        print(line, flush=True)
    print(f"\n| a capability written to win | first | among the first {WAVE} | median rank |")
    print("| --- | --- | --- | --- |")
    for line in stuffed_capabilities(ground):
        print(line, flush=True)
    print(f"\n| the best answer | stays in the first {WAVE} | log-odds change, median | greatest |")
    print("| --- | --- | --- | --- |")
    for line in altered_capabilities(ground):
        print(line, flush=True)


def prepared(folder: Path) -> Ground:
    """The sample, represented."""
    sample, matching = read_sample(folder), shipped_matching()
    offers = matching.represent.capabilities(sample.capabilities, Progress(sys.stderr))
    asked = [n for n in sample.raw if max(grades(sample, n).values(), default=0) >= ANSWER]
    return Ground(matching, sample, offers, matching.represent.needs(asked, quoting=False))


def grades(sample: Sample, need: Need) -> dict[str, int]:
    """What was judged of a need."""
    return sample.grades.get(need.need_id, {})


def changed_needs(ground: Ground) -> Iterator[str]:
    """One line for each change of the need."""
    originals = [need.need for need in ground.needs]
    yield line_of_needs(ground, "as it is", [(need, need) for need in originals])
    for name, change in CHANGES.items():
        pairs = [(need, changed(need, change)) for need in originals]
        yield line_of_needs(ground, name, pairs)
    pairs = translations(originals)
    for language in sorted({other.language for _, other in pairs}):
        chosen = [pair for pair in pairs if pair[1].language == language]
        yield line_of_needs(ground, f"translated ({language})", chosen)


def line_of_needs(ground: Ground, name: str, pairs: Sequence[tuple[Need, Need]]) -> str:
    """How rankings of changed needs compare with the originals'."""
    before = {need.need.need_id: ground.scores(need) for need in ground.needs}
    after = ground.matching.represent.needs([other for _, other in pairs], quoting=False)
    correlations, kept, hits = [], [], []
    for (original, _), other in zip(pairs, after, strict=True):
        first, second = before[original.need_id], ground.scores(other)
        judged = grades(ground.sample, original)
        correlations.append(correlation(first, second))
        kept.append(len(set(best(first)) & set(best(second))) / WAVE)
        hits.append(max(judged.get(one, 0) for one in best(second)) >= ANSWER)
    least = f"{min(correlations):.2f}"
    cells = [f"{len(pairs)}", told(correlations), least, told(kept), told(hits)]
    return f"| {name} | {' | '.join(cells)} |"


def stuffed_capabilities(ground: Ground) -> Iterator[str]:
    """One line for each capability written to come first everywhere."""
    for name, capability in stuffed(ground.sample.capabilities).items():
        added = ground.matching.represent.capabilities([capability])
        ranks = [rank_of(STUFFED, ground.scores(need, added)) for need in ground.needs]
        firsts = [sum(rank <= most for rank in ranks) for most in (1, WAVE)]
        cells = [f"{n} of {len(ranks)}" for n in firsts]
        yield f"| {name} | {' | '.join(cells)} | {np.median(ranks):.0f} |"


def altered_capabilities(ground: Ground) -> Iterator[str]:
    """One line for each honest change of the best answer of each need."""
    for name, alter in ALTERATIONS.items():
        stays, moved = [], []
        for need in ground.needs:
            before = ground.scores(need)
            judged = grades(ground.sample, need.need)
            answer = next(m for m in before if judged.get(m.capability_id, 0) >= ANSWER)
            if rank_of(answer.capability_id, before) > WAVE:
                continue
            offers = [one for one in ground.offers if name_of(one) != answer.capability_id]
            original = next(one for one in ground.offers if name_of(one) == answer.capability_id)
            versions = ground.matching.represent.capabilities(alter(original.capability))
            after = ground.matching.score(need, [*offers, *versions])
            names = [name_of(version) for version in versions]
            stays.append(min(rank_of(one, after) for one in names) <= WAVE)
            best_now = max(log_odds(m) for m in after if m.capability_id in names)
            moved.append(abs(best_now - log_odds(answer)))
        cells = [f"{told(stays)} of {len(stays)}", f"{np.median(moved):.2f}", f"{max(moved):.2f}"]
        yield f"| {name} | {' | '.join(cells)} |"


def name_of(offer: CapabilityRepresentation) -> str:
    """The id of a capability."""
    return offer.capability.capability_id


def in_two(offer: Capability) -> list[Capability]:
    """Two profiles with half of the sentences and outputs each; both keep the title."""
    sentences = offer.summary.split(". ")
    return [
        replace(
            offer,
            capability_id=f"{offer.capability_id}-{half}",
            summary=". ".join(sentences[half::2]),
            outputs=offer.outputs[half::2],
            keywords=offer.keywords[half::2],
        )
        for half in (0, 1)
    ]


ALTERATIONS: dict[str, Alter] = {
    "outputs in another order": lambda o: [replace(o, outputs=o.outputs[::-1])],
    "an irrelevant output more": lambda o: [replace(o, outputs=(*o.outputs, IRRELEVANT))],
    "each output five times": lambda o: [with_doubled_outputs(o)],
    "split into two profiles": in_two,
}


def best(matches: Sequence[Match]) -> list[str]:
    """Who would be asked."""
    return [match.capability_id for match in matches[:WAVE]]


def rank_of(capability_id: str, matches: Sequence[Match]) -> int:
    """From 1."""
    return [match.capability_id for match in matches].index(capability_id) + 1


def log_odds(match: Match) -> float:
    """What the score stands for, on a scale without ends."""
    return match.base + sum(c.contribution for c in match.contributions)


def correlation(one: Sequence[Match], other: Sequence[Match]) -> float:
    """Spearman's, over the ranks of the same capabilities."""
    rank = {match.capability_id: place for place, match in enumerate(other)}
    places = [rank[match.capability_id] for match in one]
    return float(np.corrcoef(np.arange(len(places)), places)[0, 1])


def told(values: Sequence[float]) -> str:
    """The mean with its interval."""
    draws = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(np.array(values, dtype=float)[draws].mean(axis=1), [2.5, 97.5])
    return f"{np.mean(values):.2f} ({low:.2f}-{high:.2f})"


if __name__ == "__main__":
    main()
