"""Tables of measures with intervals over needs: overall, by difficulty, by languages, by facet."""

from collections.abc import Collection, Iterator, Sequence

from benchmarks.matching.setting import Bench
from services.matcher.adapters.trec import ANSWERS, MEASURES, Grades, Scores, evaluate, mean_over

FACETS_WITHIN = (3, 10)
DIFFICULTIES = ("easy", "medium", "hard")
Run = tuple[str, Scores]


def print_measures(title: str, runs: Sequence[Run], grades: Grades) -> None:
    """All measures of each run."""
    print(f"\n{title}\n| method | {' | '.join(MEASURES)} |")
    print(f"| --- |{' --- |' * len(MEASURES)}")
    for name, run in runs:
        cells = [f"{m.mean:.3f} ({m.low:.2f}-{m.high:.2f})" for m in evaluate(run, grades).measured]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def print_by_difficulty(runs: Sequence[Run], bench: Bench) -> None:
    """nDCG@10 for each difficulty."""
    grades = bench.sample.grades
    for difficulty in DIFFICULTIES:
        these = {n for n, known in bench.judging.items() if known.difficulty == difficulty}
        some = {need: judged for need, judged in grades.items() if need in these}
        print_measures(f"Needs judged {difficulty} ({_answerable(some)})", runs, some)


def print_by_languages(runs: Sequence[Run], bench: Bench) -> None:
    """Each pair of languages: only the capabilities written in the second one are ranked."""
    spoken = {need.need.need_id: need.need.language for need in bench.raw.needs}
    for asked, answered in (("fr", "fr"), ("fr", "en"), ("en", "fr"), ("en", "en")):
        offers = {
            o.capability.capability_id for o in bench.offers if o.capability.language == answered
        }
        some = {
            need: kept
            for need, judged in bench.sample.grades.items()
            if spoken[need] == asked and (kept := _only(judged, offers))
        }
        if not _answerable(some):
            continue
        title = f"Needs in {asked}, capabilities in {answered} ({_answerable(some)} needs)"
        print_measures(title, [(name, _within(run, offers)) for name, run in runs], some)


def print_facets(runs: Sequence[Run], bench: Bench) -> None:
    """How many of a need's facets are answered by someone among the first."""
    print("\nFacets with an answer, of those that have one at all")
    print(f"| method | {' | '.join(f'first {n}' for n in FACETS_WITHIN)} |")
    print(f"| --- |{' --- |' * len(FACETS_WITHIN)}")
    for name, run in runs:
        cells = []
        for within in FACETS_WITHIN:
            m = mean_over(list(facet_coverage(run, bench, within)))
            cells.append(f"{m.mean:.3f} ({m.low:.2f}-{m.high:.2f})")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def facet_coverage(run: Scores, bench: Bench, within: int) -> Iterator[float]:
    """For each need the share of its answerable facets that its first few answer."""
    answers: dict[str, dict[str, set[int]]] = {}
    for judged in bench.judgements:
        if judged.grade >= ANSWERS and judged.facets:
            answers.setdefault(judged.need, {})[judged.cap] = set(judged.facets)
    for need, found in answers.items():
        first = sorted(run[need], key=lambda cap: (-run[need][cap], cap))[:within]
        covered = set().union(*(found[cap] for cap in first if cap in found))
        yield len(covered) / len(set().union(*found.values()))


def _only(judged: dict[str, int], offers: Collection[str]) -> dict[str, int]:
    return {cap: grade for cap, grade in judged.items() if cap in offers}


def _within(run: Scores, offers: Collection[str]) -> Scores:
    return {need: {c: s for c, s in found.items() if c in offers} for need, found in run.items()}


def _answerable(grades: Grades) -> int:
    return sum(max(judged.values()) >= ANSWERS for judged in grades.values())
