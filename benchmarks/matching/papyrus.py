"""Rank supervisors for the first words of a French thesis, and print how well each way does.

    python -m benchmarks.matching.papyrus --data FOLDER [--cache FOLDER] [--profiles en|fr]

The data is `papyrus/` (theses of the Université de Montréal, CC BY-SA 4.0: Piedboeuf and Langlais,
NeurIPS 2022), `parallel/` (abstracts of ANR MaTOS, CC BY 4.0) and `subjects/` (OpenAlex, CC0), in
one folder. Weights and scales are chosen on one half of the experts; the other half is reported.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
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
from services.matcher.application.represent import Represent
from services.matcher.domain.vectors import Centring

Way = Callable[["Tools", m.Ground], m.Scores]

SINGLE: dict[str, tuple[str, Way]] = {
    "words": ("tf-idf of words and pairs", lambda _, ground: m.by_words(ground)),
    "characters": ("tf-idf of characters, 3 to 5", lambda _, ground: m.by_characters(ground)),
    "beginnings": (
        "tf-idf of the beginnings of stems",
        lambda tools, ground: m.by_beginnings(ground, tools.stems),
    ),
    "embedding": (
        "embedding as it comes",
        lambda tools, ground: m.by_embedding(ground, tools.represent.embedder, None),
    ),
    "shipped means": (
        "embedding centred as the product does",
        lambda tools, ground: m.by_embedding(
            ground, tools.represent.embedder, tools.represent.centring
        ),
    ),
    "centred": (
        "embedding centred on the other half's means",
        lambda tools, ground: m.by_embedding(ground, tools.represent.embedder, tools.own),
    ),
    "other": (
        "LSA, learned from other theses than the profiles'",
        lambda tools, ground: m.by_space(ground, tools.other, tools.stems),
    ),
    "shipped": (
        "LSA as shipped, the profiles' theses among its texts",
        lambda tools, ground: m.by_space(ground, tools.shipped, tools.stems),
    ),
}
FUSED = {
    "together": ("words", "beginnings", "centred", "other"),
    "together, LSA as shipped": ("words", "beginnings", "centred", "shipped"),
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What methods rank with."""

    matching: Matching
    stems: m.StemsOf
    other: TextSpace
    shipped: TextSpace
    own: Centring

    @property
    def represent(self) -> Represent:
        """What embeds and centres."""
        return self.matching.represent


def main() -> None:
    """Print one table for each language of the profiles."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="with papyrus/ and others")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keeps vectors between runs")
    parser.add_argument("--profiles", choices=LANGUAGES, action="append", help="both, if not said")
    options = parser.parse_args()
    if options.data is None or not (options.data / "papyrus").is_dir():
        print("Skipped: no folder with papyrus/, parallel/ and subjects/ (--data FOLDER).")
        return
    cache = VectorFile(options.cache) if options.cache else None
    try:
        show(options.data, shipped_matching(cache), options.profiles or LANGUAGES)
    finally:
        if cache is not None:
            cache.close()


def show(data: Path, matching: Matching, languages: Sequence[str]) -> None:
    """Measure and print."""
    tuned, reported = halves(read_theses(data))
    stemmer = SnowballStemmer()
    other = space_without(data, [tuned, reported], stemmer)
    shipped, centring = read_lsa_space(), matching.represent.centring
    tools = Tools(matching, m.stems_of(stemmer), other, shipped, centring)
    print(
        f"{len(reported.asked)} queries, {len(reported.experts)} experts, "
        f"{len(reported.theses)} theses; weights from {len(tuned.asked)} queries to "
        f"{len(tuned.experts)} other experts. Space as shipped: {shipped.name}."
    )
    for language in languages:
        print(f"\nFrench queries, profiles in {language}\n| method | {' | '.join(MEASURES)} |")
        print("| --- | --- | --- | --- |")
        for name, scores in runs(tools, tuned, reported, language):
            print(f"| {name} | {' | '.join(measured(scores, reported.answers))} |", flush=True)


def space_without(data: Path, without: Sequence[Half], stemmer: Stemmer) -> TextSpace:
    """The space, learned from theses that are in no profile and no query."""
    ids = {t.thesis_id for half in without for t in [*half.theses, *half.asked]}
    with TemporaryDirectory() as folder:
        started_at = monotonic()
        learn_lsa(stemmer, read_bilingual(data, without=ids), Path(folder))
        print(f"Learned a space in {monotonic() - started_at:.0f} s.", file=sys.stderr)
        return read_lsa_space(Path(folder))


def runs(
    tools: Tools, tuned: Half, reported: Half, language: str
) -> Iterator[tuple[str, m.Scores]]:
    """Each way of ranking the experts that are reported, simplest first."""
    asked, tuned_on = (m.Ground(half, language, half.asked) for half in (reported, tuned))
    represent = tools.represent
    own = m.centring_of(tuned_on, represent.embedder, represent.centring.direction)
    tools = replace(tools, own=own)
    found = {}
    for name, (title, way) in SINGLE.items():
        found[name] = way(tools, asked)
        yield title, found[name]
    fused = sorted({name for names in FUSED.values() for name in names})
    tuning, usual = (
        {name: SINGLE[name][1](tools, m.Ground(half, language, tuned.asked)) for name in fused}
        for half in (tuned, reported)
    )
    for title, names in FUSED.items():
        fusion = m.fusion_of([tuning[name] for name in names], tuned.answers)
        said = zip(names, fusion.weights, strict=True)
        weights = ", ".join(f"{name} {weight:.2f}" for name, weight in said)
        scores = fusion([found[name] for name in names])
        yield f"{title} ({weights})", scores
        reached = fusion([usual[name] for name in names])
        yield f"{title}, less what the other half's queries reach", m.without_hubs(scores, reached)
    yield "Passerelle as shipped", m.by_product(asked, tools.matching)


if __name__ == "__main__":
    main()
