"""Rank supervisors for the first words of a French thesis, and print how well each way does.

    python -m benchmarks.matching.papyrus --data FOLDER [--cache FOLDER]

The data is `papyrus/` (theses of the Université de Montréal, CC BY-SA 4.0: Piedboeuf and Langlais,
NeurIPS 2022), `parallel/` (abstracts of ANR MaTOS, CC BY 4.0) and `subjects/` (OpenAlex, CC0), in
one folder. Weights and scales are chosen on one half of the experts; the other half is reported.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks.matching import papyrus_methods as m
from benchmarks.matching.papyrus_measures import MEASURES, measured
from benchmarks.matching.papyrus_protocol import LANGUAGES, Half, halves, read_theses
from benchmarks.matching.vector_file import VectorFile
from services.matcher.adapters.lexical import SnowballStemmer
from services.matcher.adapters.lsa_space import read_lsa_space
from services.matcher.adapters.lsa_training import learn_lsa, read_bilingual
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.application.ports import Stemmer, TextSpace

FUSED = {
    "these three and words, space of other theses": ("words", "beginnings", "other", "centred"),
    "these three and words, space as shipped": ("words", "beginnings", "shipped", "centred"),
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What methods rank with."""

    matching: Matching
    stemmer: Stemmer
    other: TextSpace
    shipped: TextSpace


def main() -> None:
    """Print one table for each language of the profiles."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="with papyrus/ and others")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keeps vectors between runs")
    options = parser.parse_args()
    if options.data is None or not (options.data / "papyrus").is_dir():
        print("Skipped: no folder with papyrus/, parallel/ and subjects/ (--data FOLDER).")
        return
    cache = VectorFile(options.cache) if options.cache else None
    try:
        show(options.data, shipped_matching(cache))
    finally:
        if cache is not None:
            cache.close()


def show(data: Path, matching: Matching) -> None:
    """Measure and print."""
    tuned, reported = halves(read_theses(data))
    stemmer = SnowballStemmer()
    other = space_without(data, [tuned, reported], stemmer)
    tools = Tools(matching, stemmer, other, read_lsa_space())
    print(
        f"{len(reported.asked)} queries, {len(reported.experts)} experts, "
        f"{len(reported.theses)} theses; weights from {len(tuned.asked)} queries to "
        f"{len(tuned.experts)} other experts. Space as shipped: {tools.shipped.name}."
    )
    for language in LANGUAGES:
        print(f"\nFrench queries, profiles in {language}\n| method | {' | '.join(MEASURES)} |")
        print("| --- | --- | --- | --- |")
        for name, scores in runs(m.Ground(tuned, language), m.Ground(reported, language), tools):
            print(f"| {name} | {' | '.join(measured(scores, reported.answers))} |", flush=True)


def space_without(data: Path, without: Sequence[Half], stemmer: Stemmer) -> TextSpace:
    """The space, learned from theses that are in no profile and no query."""
    ids = {t.thesis_id for half in without for t in [*half.theses, *half.asked]}
    with TemporaryDirectory() as folder:
        started_at = monotonic()
        learn_lsa(stemmer, read_bilingual(data, without=ids), Path(folder))
        print(f"Learned a space in {monotonic() - started_at:.0f} s.", file=sys.stderr)
        return read_lsa_space(Path(folder))


def runs(tuned: m.Ground, reported: m.Ground, tools: Tools) -> Iterator[tuple[str, m.Scores]]:
    """Each way of ranking, simplest first."""
    known = {name: ranked for name, _, ranked in singles(tuned, tools)}
    found = {}
    for name, title, scores in singles(reported, tools):
        found[name] = scores
        yield title, scores
    for title, names in FUSED.items():
        fusion = m.fusion_of([known[n] for n in names], tuned.half.answers)
        weights = ", ".join(f"{n} {w:.2f}" for n, w in zip(names, fusion.weights, strict=True))
        yield f"{title} ({weights})", fusion([found[n] for n in names])
    yield "Passerelle as shipped", m.by_product(reported, tools.matching)


def singles(ground: m.Ground, tools: Tools) -> Iterator[tuple[str, str, m.Scores]]:
    """Methods of one kind."""
    yield "words", "tf-idf of words and pairs", m.by_words(ground)
    yield "characters", "tf-idf of characters, 3 to 5", m.by_characters(ground)
    by_beginnings = m.by_beginnings(ground, tools.stemmer)
    yield "beginnings", "tf-idf of the beginnings of stems", by_beginnings
    plain = m.by_embedding(ground, tools.matching, centred=False)
    yield "embedding", "embedding as it comes", plain
    yield "centred", "embedding centred", m.by_embedding(ground, tools.matching, centred=True)
    other = m.by_space(ground, tools.other, tools.stemmer)
    yield "other", "LSA, learned from other theses than the profiles'", other
    shipped = m.by_space(ground, tools.shipped, tools.stemmer)
    yield "shipped", "LSA as shipped, the profiles' theses among its texts", shipped


if __name__ == "__main__":
    main()
