"""What each feature is worth: the same folds of needs without it, and with what was left out.

    python -m benchmarks.matching.ablations [--data FOLDER]

Each need is scored by a model that never saw its judgements. Differences under .03 are noise.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.matching.peers import Table, text_of_capability, text_of_need
from benchmarks.matching.setting import Bench, Setting, read_bench
from benchmarks.matching.tables import Run, print_measures
from services.matcher.adapters.scikit_training import JudgedPair, log_odds, unseen
from services.matcher.adapters.trec import Scores
from services.matcher.domain import features as f
from services.matcher.domain.texts import folded

CHARACTERS, BEST_SENTENCE = "characters", "best_sentence"
WORDS_BEFORE_BRIDGES = (f.MEANING, f.RARE_WORDS, f.GOALS, f.MODES, f.QUESTIONS, f.BEST_QUESTION)


def main() -> None:
    """Print one table for each setting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER")
    bench = read_bench(parser.parse_args().data)
    for setting in (bench.raw, bench.read):
        title = f"Needs {setting.name}, each unseen"
        print_measures(title, list(runs(bench, setting)), bench.sample.grades)


def runs(bench: Bench, setting: Setting) -> Iterator[Run]:
    """All features, without each, and with each that is not shipped."""
    names, pairs = setting.learns_from, setting.pairs
    yield "all features", scored(pairs, names)
    for name in names:
        yield f"without {name}", scored(pairs, [other for other in names if other != name])
    before = [name for name in names if name in WORDS_BEFORE_BRIDGES]
    yield "without any bridge to research words", scored(pairs, before)
    yield "meaning alone", scored(pairs, [f.MEANING])
    for name, table in ((CHARACTERS, characters), (BEST_SENTENCE, best_sentences)):
        more = extended(bench, setting, name, table(bench, setting))
        yield f"with {name}", scored(more, [*names, name])


def scored(pairs: Sequence[JudgedPair], names: Sequence[str]) -> Scores:
    """A run of models that never saw the need's judgements."""
    run: Scores = {}
    for model, held_out in unseen(pairs, names, calibrated=False):
        for pair in held_out:
            run.setdefault(pair.need_id, {})[pair.capability_id] = log_odds(model, pair.features)
    return run


def extended(bench: Bench, setting: Setting, name: str, table: Table) -> list[JudgedPair]:
    """The pairs with one more feature."""
    run = bench.run(setting, table)
    return [
        replace(pair, features={**pair.features, name: run[pair.need_id][pair.capability_id]})
        for pair in setting.pairs
    ]


def characters(bench: Bench, setting: Setting) -> Table:
    """Cosine of tf-idf over three to five characters within words, accents folded."""
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), preprocessor=folded, sublinear_tf=True
    )
    offers = vectorizer.fit_transform(text_of_capability(o.capability) for o in bench.offers)
    needs = vectorizer.transform(text_of_need(need.need) for need in setting.needs)
    return np.asarray((needs @ offers.T).toarray())


def best_sentences(bench: Bench, setting: Setting) -> Table:
    """The sentence of the need that fits best: a need may be several."""
    needs = bench.matching.represent.needs([need.need for need in setting.needs])
    rows = []
    for need in needs:
        sentences = np.vstack([need.whole[np.newaxis], need.span_vectors])
        rows.append([f.meanings(sentences, offer).max() for offer in bench.offers])
    return np.array(rows, dtype=float)


if __name__ == "__main__":
    main()
