"""Rank the sample data as typed and as read, in several ways, and print how well each does.

    python -m benchmarks.matching [--data FOLDER]

The data is the judged sample of this project (`data/README.md`).
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np

from services.matcher.adapters.learning import judged_features, unseen_scores
from services.matcher.adapters.progress import Progress
from services.matcher.adapters.sample import Sample, read_sample
from services.matcher.adapters.scikit_training import RAW, READ, JudgedPair
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.adapters.trec import Scores, evaluate
from services.matcher.application.ports import Role
from services.matcher.domain import features as f
from services.matcher.domain.lexical import bm25
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation

Pair = Callable[[NeedRepresentation, CapabilityRepresentation], float]


@dataclass(frozen=True, slots=True)
class Setting:
    """Needs as typed or as read, ready to be compared."""

    name: str
    needs: list[NeedRepresentation]
    pairs: list[JudgedPair]
    learns_from: tuple[str, ...]


def main() -> None:
    """Print one table for each setting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER")
    sample, matching = read_sample(parser.parse_args().data), shipped_matching()
    started_at = monotonic()
    offers = matching.represent.capabilities(sample.capabilities, Progress(sys.stderr))
    took_s = monotonic() - started_at
    print(f"{len(offers)} capabilities represented in {took_s:.0f} s on this computer.")
    judged = judged_features(sample, matching.represent, matching.score.rarity)
    raw, read = (matching.represent.needs(n, quoting=False) for n in (sample.raw, sample.read))
    show(Setting("as typed (raw)", raw, judged.raw, RAW), sample, matching, offers)
    show(Setting("as read (questions)", read, judged.read, READ), sample, matching, offers)


def show(
    setting: Setting, sample: Sample, matching: Matching, offers: list[CapabilityRepresentation]
) -> None:
    """Print how well each way ranks the offers for the needs of a setting."""
    print(f"\nNeeds {setting.name}\n| method | nDCG@10 | P@3 | hit@3 | recall@50 |")
    print("| --- | --- | --- | --- | --- |")
    for name, run in runs(setting, matching, offers):
        measured = evaluate(run, sample.grades).measured
        cells = [f"{m.mean:.3f} ({m.low:.2f}-{m.high:.2f})" for m in measured]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def runs(
    setting: Setting, matching: Matching, offers: list[CapabilityRepresentation]
) -> Iterator[tuple[str, Scores]]:
    """Each way of ranking, simplest first."""

    def ranked(pair: Pair) -> Scores:
        return {
            need.need.need_id: {o.capability.capability_id: pair(need, o) for o in offers}
            for need in setting.needs
        }

    yield (
        "BM25, stems, accents folded",
        ranked(lambda need, offer: bm25(need.stems, offer.stems, matching.score.rarity)),
    )
    yield "embedding as it comes, outlines", ranked(as_it_comes(matching, offers))
    yield "embedding centred, outlines", ranked(lambda n, o: asked(n, lambda v: float(o.whole @ v)))
    yield (
        "embedding centred, outlines and best parts",
        ranked(lambda need, offer: asked(need, lambda vector: f.meaning(vector, offer))),
    )
    yield (
        "Passerelle, each need unseen (six folds)",
        unseen_scores(setting.pairs, setting.learns_from),
    )
    yield (
        "Passerelle as shipped",
        {
            need.need.need_id: {m.capability_id: m.score for m in matching.score(need, offers)}
            for need in setting.needs
        },
    )


def asked(need: NeedRepresentation, similarity: Callable[[np.ndarray], float]) -> float:
    """Half the text's similarity, plus mean and best of the questions' where there are some."""
    questions = [similarity(vector) for vector in need.question_vectors]
    text = similarity(need.whole)
    return text / 2 + float(np.mean(questions)) + max(questions) if questions else text


def as_it_comes(matching: Matching, offers: list[CapabilityRepresentation]) -> Pair:
    """Similarity of vectors that nothing was done to."""
    encode = matching.represent.embedder.encode
    outlines = [offer.capability.outline for offer in offers]
    passages = dict(zip(outlines, encode(outlines, role=Role.PASSAGE), strict=True))

    def pair(need: NeedRepresentation, offer: CapabilityRepresentation) -> float:
        texts = [need.need.text, *need.need.questions]
        text, *questions = encode(texts, role=Role.QUERY) @ passages[offer.capability.outline]
        if not questions:
            return float(text)
        return float(text / 2 + np.mean(questions) + max(questions))

    return pair


if __name__ == "__main__":
    main()
