"""Rank the sample data as typed and as read, in several ways, and print how well each does.

    python -m benchmarks.matching [--data FOLDER]

The data is the judged sample of this project (`data/README.md`). Intervals: 95 % bootstrap over
needs. `Passerelle, unseen` scores each need by a model that never saw its judgements (six folds).
"""

import argparse
from pathlib import Path

from benchmarks.matching.peers import (
    by_bm25,
    by_centred_embedding,
    by_embedding_alone,
    by_word_weights,
    fused,
)
from benchmarks.matching.setting import Bench, Setting, read_bench
from benchmarks.matching.tables import (
    Run,
    print_by_difficulty,
    print_by_languages,
    print_facets,
    print_measures,
)
from services.matcher.adapters.learning import unseen_scores


def main() -> None:
    """Print all tables of each setting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER")
    bench = read_bench(parser.parse_args().data)
    for setting in (bench.raw, bench.read):
        print(f"\n## Needs {setting.name}")
        found = runs(bench, setting)
        print_measures("All needs with an answer", found, bench.sample.grades)
        print_facets(found, bench)
        few = [found[0], found[3], found[-2]]
        print_by_difficulty(few, bench)
        print_by_languages(few, bench)


def runs(bench: Bench, setting: Setting) -> list[Run]:
    """Each way of ranking, simplest first."""
    words, alone = by_bm25(bench, setting), by_embedding_alone(bench, setting)
    tables = {
        "BM25 (bm25s), stems, accents folded": words,
        "word tf-idf": by_word_weights(bench, setting),
        "embedding alone, whole texts": alone,
        "embedding centred, outlines": by_centred_embedding(bench, setting),
        "reciprocal rank fusion of BM25 and embedding": fused(words, alone),
    }
    shipped = {
        need.need.need_id: {
            match.capability_id: match.score for match in bench.matching.score(need, bench.offers)
        }
        for need in setting.needs
    }
    return [
        *((name, bench.run(setting, table)) for name, table in tables.items()),
        ("Passerelle, unseen", unseen_scores(setting.pairs, setting.learns_from)),
        ("Passerelle as shipped", shipped),
    ]


if __name__ == "__main__":
    main()
