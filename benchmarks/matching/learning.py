"""Do answers make matching better for needs that nobody answered yet? Simulated, many times over.

    python -m benchmarks.matching.learning [--data FOLDER] [--splits N]

The data is the judged sample of this project (`data/README.md`); answers are simulated from its
judgements. In each split the model asks about half of the needs, three researchers at a time; who
is asked accepts by the grade of the pair, declines with a reason, or stays silent, until two accept
or nine were asked. A model is learned from that, as `models train` does, and stands beside the one
that it starts from on the needs held out: the order of all pairs by their judgements, and the
probabilities on what those would answer whom the first model would ask. It starts either from a
prior that a third of the needs taught (a third is answered then, a third held out: nothing is
known of those), or from the one as shipped, which has seen all judgements.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np

from benchmarks.matching.answering import Chance, said
from services.matcher.adapters.answer_fitting import Taught
from services.matcher.adapters.answer_learning import AnswerLearner
from services.matcher.adapters.answer_quality import quality_of
from services.matcher.adapters.learning import Basis, judged_features
from services.matcher.adapters.model_document import scorer_in
from services.matcher.adapters.model_files import read_scorer, read_weights
from services.matcher.adapters.sample import Sample, read_sample
from services.matcher.adapters.scikit_scorer import ScorerFile, scorer_of
from services.matcher.adapters.scikit_training import RAW, READ, JudgedPair, learned
from services.matcher.adapters.shipped import shipped_matching
from services.matcher.adapters.trec import ANSWERS, Grades, per_need
from services.matcher.application.model_ports import Example
from services.matcher.domain.answer import Lesson
from services.matcher.domain.promotion import objections

WAVE, MOST_ASKED, ENOUGH = 3, 9, 2
PRIORS = (50.0, 200.0, 800.0)
MEASURES = ("nDCG@10", "log-loss", "Brier", "calibration error")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = "start"

Probability = Callable[[Sequence[JudgedPair]], list[float]]


@dataclass(frozen=True, slots=True)
class Setting:
    """Needs as typed or as read, with their pairs by need."""

    name: str
    pairs: dict[str, list[JudgedPair]]
    names: tuple[str, ...]
    grades: Grades
    read: bool

    def grade(self, pair: JudgedPair) -> int:
        """What was judged; 0 where nothing was."""
        return self.grades.get(pair.need_id, {}).get(pair.capability_id, 0)

    def probability(self, model: ScorerFile) -> Probability:
        """Scores pairs as the service does."""
        scorer = scorer_of("tried", model, read_weights().added)

        def probabilities(pairs: Sequence[JudgedPair]) -> list[float]:
            scores = scorer.score([pair.features for pair in pairs], read=self.read)
            return [score.probability for score in scores]

        return probabilities


@dataclass(frozen=True, slots=True)
class Compared:
    """The model at the start and the one that learned, on the held-out needs of one split."""

    answers: int
    before: tuple[float, ...]
    after: tuple[float, ...]
    promoted: bool


def main() -> None:
    """Print one table for needs as typed and one for needs as read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="FOLDER")
    parser.add_argument("--splits", type=int, default=40, metavar="N")
    options = parser.parse_args()
    if not (options.data / "qrels.jsonl").is_file():
        sys.exit(f"{options.data} has no judged sample: nothing to measure.")
    for setting in settings_of(read_sample(options.data)):
        show(setting, options.splits)


def settings_of(sample: Sample) -> list[Setting]:
    """Both kinds of needs, their features computed."""
    matching = shipped_matching()
    basis = Basis(matching.score.rarity, matching.score.bridges)
    judged = judged_features(sample, matching.represent, basis)
    typed, read = by_need(judged.raw), by_need(judged.read)
    return [
        Setting("as typed (raw)", typed, RAW, sample.grades, read=False),
        Setting("as read (questions)", read, READ, sample.grades, read=True),
    ]


def show(setting: Setting, splits: int) -> None:
    """Print how far answers carry, by how many answers the start counts for."""
    print(f"\nNeeds {setting.name}: means over {splits} splits; the change with its 95 % range")
    titles = ("start", "counts for", "answers that teach", *MEASURES, "promoted by the rule")
    print(f"| {' | '.join(titles)} |\n|{' --- |' * len(titles)}")
    for name, shipped in (("taught by a third", None), ("as shipped", read_scorer())):
        for prior_answers in PRIORS:
            found = [compared(setting, seed, shipped, prior_answers) for seed in range(splits)]
            promoted = [one for one in found if one.promoted]
            answers = f"{np.mean([one.answers for one in found]):.0f}"
            cells = [cell(found, number) for number in range(len(MEASURES))]
            kept = f"{len(promoted)}" + (f": {change(promoted, 0)}" if promoted else "")
            row = [name, f"{prior_answers:g}", answers, *cells, kept]
            print(f"| {' | '.join(row)} |", flush=True)


def cell(found: Sequence[Compared], number: int) -> str:
    """Before, after, and the change."""
    before, after = (
        np.mean([one[number] for one in side])
        for side in ([one.before for one in found], [one.after for one in found])
    )
    return f"{before:.3f} → {after:.3f} ({change(found, number)})"


def change(found: Sequence[Compared], number: int) -> str:
    """The mean change of a measure, and between what most splits lie."""
    changes = np.array([one.after[number] - one.before[number] for one in found])
    low, high = np.quantile(changes, [0.025, 0.975])
    return f"{changes.mean():+.3f}, {low:+.2f} to {high:+.2f}"


def compared(
    setting: Setting, seed: int, shipped: ScorerFile | None, prior_answers: float
) -> Compared:
    """One split: have needs answered, learn from that, and measure on the others."""
    chance = np.random.default_rng(seed)
    graded = setting.grades
    needs = [need for need in setting.pairs if max(graded.get(need, {"": 0}).values()) >= ANSWERS]
    chance.shuffle(needs)
    if shipped:
        answering, held_out, prior = needs[::2], needs[1::2], shipped
    else:
        teaching, answering, held_out = (needs[part::3] for part in range(3))
        prior = prior_of([pair for need in teaching for pair in setting.pairs[need]], setting)
    weights, first = read_weights(), setting.probability(prior)
    examples = [one for need in answering for one in answers(setting, need, first, chance)]
    folds = weights.learning.folds
    learner = AnswerLearner(prior, START, weights.added, "benchmark", prior_answers, folds)
    model = learner.learn(examples, None, NOW)
    would = [one for need in held_out for one in asked(setting, need, first, chance, enough=99)]
    before, after = (
        measured(setting, held_out, setting.probability(one), would)
        for one in (prior, scorer_in(model))
    )
    promoted = not objections(model.held_out, START, weights.promotion)
    return Compared(model.data.fits + model.data.misfits, before, after, promoted)


def prior_of(pairs: Sequence[JudgedPair], setting: Setting) -> ScorerFile:
    """A prior that has seen these judgements only."""
    model = learned(pairs, setting.names)
    return read_scorer().model_copy(update={"raw": model, "read": model})


def asked(
    setting: Setting, need: str, probability: Probability, chance: Chance, *, enough: int = ENOUGH
) -> Iterator[tuple[JudgedPair, Lesson, Example]]:
    """Who is asked about a need, wave by wave, and what they say."""
    pairs = setting.pairs[need]
    order = np.argsort([-one for one in probability(pairs)], kind="stable")
    accepted = 0
    for place, number in enumerate(order[:MOST_ASKED]):
        if place % WAVE == 0 and accepted >= enough:
            return
        pair = pairs[number]
        answer = said(setting.grade(pair), chance)
        accepted += answer.lesson is Lesson.FITS
        capability = pair.capability_id
        ids = (id_of(f"{need}/{capability}"), id_of(need), id_of(capability))
        example = Example(*ids, pair.features, setting.read, START, answer, NOW)
        yield pair, answer.lesson, example


def answers(setting: Setting, need: str, probability: Probability, chance: Chance) -> list[Example]:
    """What was answered about a need."""
    return [example for _, _, example in asked(setting, need, probability, chance)]


def measured(
    setting: Setting,
    needs: Sequence[str],
    probability: Probability,
    would: Sequence[tuple[JudgedPair, Lesson, Example]],
) -> tuple[float, ...]:
    """Order over all pairs; honesty of probabilities on what would be answered."""
    run = {
        need: dict(
            zip(
                (pair.capability_id for pair in setting.pairs[need]),
                probability(setting.pairs[need]),
                strict=True,
            )
        )
        for need in needs
    }
    order = per_need(run, {need: setting.grades[need] for need in needs})["nDCG@10"]
    teaching = [(pair, lesson) for pair, lesson, _ in would if lesson is not Lesson.NOTHING]
    taught = [
        Taught(pair.need_id, pair.features, setting.read, lesson is Lesson.FITS)
        for pair, lesson in teaching
    ]
    found = quality_of(taught, probability([pair for pair, _ in teaching]))
    return float(np.mean(order)), found.log_loss, found.brier, found.calibration_error


def by_need(pairs: Sequence[JudgedPair]) -> dict[str, list[JudgedPair]]:
    """Pairs by their need."""
    found: dict[str, list[JudgedPair]] = {}
    for pair in pairs:
        found.setdefault(pair.need_id, []).append(pair)
    return found


def id_of(name: str) -> UUID:
    """The same for the same name."""
    return uuid5(NAMESPACE_URL, name)


if __name__ == "__main__":
    main()
