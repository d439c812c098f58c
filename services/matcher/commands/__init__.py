"""The command line: rank from files, evaluate, learn the models again, and operators' work."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from services.matcher import app
from services.matcher.adapters.batched_embedder import MemoryCache
from services.matcher.adapters.bundled_embedder import bundled_embedder
from services.matcher.adapters.jsonl import (
    BadLine,
    CapabilityLine,
    JudgementLine,
    Line,
    NeedLine,
    read_lines,
)
from services.matcher.adapters.learning import learn_all
from services.matcher.adapters.lexical import SnowballStemmer
from services.matcher.adapters.lsa_training import learn_lsa, read_bilingual
from services.matcher.adapters.model_terminal import add_models_commands
from services.matcher.adapters.progress import Progress
from services.matcher.adapters.sample import grades_of, read_sample
from services.matcher.adapters.shipped import VECTORS_IN_MEMORY, Matching, shipped_matching
from services.matcher.adapters.training import read_subjects
from services.matcher.adapters.trec import evaluate, read_run, run_lines
from services.matcher.application.rank_offline import Ranked, RankOffline
from services.matcher.commands.why import add_why_command
from services.matcher.domain.capability import Capability
from services.matcher.domain.need import Need
from shared.runtime.operating import operate
from shared.runtime.operators import add_operators_commands

DONE, NOTHING, UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; the exit code is 0 when it did its work."""
    options = _parser().parse_args(arguments)
    if "operate" in options:
        return operate(options, app.operated())
    try:
        return int(options.run(options))
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}.")
    except ValueError as error:
        _say(f"{error}.")
    return UNUSABLE


def _rank(options: argparse.Namespace) -> int:
    needs = [line.thing() for line in _lines(options.needs, NeedLine)]
    capabilities = [line.thing() for line in _lines(options.capabilities, CapabilityLine)]
    if not needs or not capabilities:
        _say("Nothing to rank: no usable need or no usable capability.")
        return NOTHING
    with options.out.open("w", encoding="utf-8") as run:
        if options.explain is None:
            _write_ranking(options.top, needs, capabilities, run, None)
        else:
            with options.explain.open("w", encoding="utf-8") as explained:
                _write_ranking(options.top, needs, capabilities, run, explained)
    _say(f"Ranked {len(capabilities)} capabilities for {len(needs)} needs: {options.out}.")
    return DONE


def _write_ranking(
    top: int,
    needs: Sequence[Need],
    capabilities: Sequence[Capability],
    run: TextIO,
    explained: TextIO | None,
) -> None:
    matching = shipped_matching()
    rank = RankOffline(matching.represent, matching.score, matching.explain)
    rankings = rank(
        needs, capabilities, top=top, explain=explained is not None, told=Progress(sys.stderr)
    )
    for ranking in rankings:
        scores = [(ranked.match.capability_id, ranked.match.score) for ranked in ranking]
        run.writelines(run_lines(ranking[0].match.need_id, scores))
        if explained is not None:
            explained.writelines(_explained_line(ranked, matching) for ranked in ranking)


def _explained_line(ranked: Ranked, matching: Matching) -> str:
    match = ranked.match
    said = matching.catalogue.grade(match.grade)
    line = {
        "need": match.need_id,
        "capability": match.capability_id,
        "rank": ranked.rank,
        "score": match.score,
        "grade": match.grade,
        "grade_fr": said.fr,
        "grade_en": said.en,
        "model_version": match.model_version,
        "base": match.base,
        "contributions": [asdict(contribution) for contribution in match.contributions],
        "reasons": [asdict(reason) for reason in ranked.reasons],
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def _evaluate(options: argparse.Namespace) -> int:
    grades = grades_of(_lines(options.qrels, JudgementLine))
    found = evaluate(read_run(options.run_file), grades)
    if not found.needs:
        _say("Nothing to evaluate: no need has a judgement of grade 2 or 3.")
        return NOTHING
    print(f"{found.needs} needs with an answer; {found.missing} missing from the run.")
    print("| measure | mean | 95 % interval |\n| --- | --- | --- |")
    for measured in found.measured:
        print(f"| {measured.name} | {measured.mean:.3f} | {measured.low:.3f}-{measured.high:.3f} |")
    return DONE


def _train(options: argparse.Namespace) -> int:
    _say("Learning takes about five minutes on two cores.")
    embedder = bundled_embedder(MemoryCache(at_most=VECTORS_IN_MEMORY))
    sample, subjects = read_sample(options.data), read_subjects(options.subjects)
    learn_all(sample, subjects, embedder, SnowballStemmer(), options.out)
    _say(f"Wrote centring, rarity, bridges and scorer into {options.out}.")
    return DONE


def _train_lsa(options: argparse.Namespace) -> int:
    _say("Learning takes about two minutes.")
    learn_lsa(SnowballStemmer(), read_bilingual(options.data), options.out)
    _say(f"Wrote lsa.npz and lsa.json into {options.out}.")
    return DONE


def _lines(path: Path, kind: type[Line]) -> list[Line]:
    def report(bad: BadLine) -> None:
        _say(f"{path.name} {bad.text}")

    return list(read_lines(path, kind, report))


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.matcher", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    rank = verbs.add_parser("rank", help="rank capabilities for needs, without any server")
    rank.add_argument("--needs", type=Path, required=True, metavar="FILE.jsonl")
    rank.add_argument("--capabilities", type=Path, required=True, metavar="FILE.jsonl")
    rank.add_argument("--top", type=_at_least_one, default=50, metavar="N")
    rank.add_argument("--out", type=Path, required=True, metavar="RUN.trec")
    rank.add_argument("--explain", type=Path, metavar="FILE.jsonl", help="also write the reasons")
    rank.set_defaults(run=_rank)
    measure = verbs.add_parser("evaluate", help="measure a ranking against judgements")
    measure.add_argument("--run", type=Path, required=True, dest="run_file", metavar="RUN.trec")
    measure.add_argument("--qrels", type=Path, required=True, metavar="QRELS.jsonl")
    measure.set_defaults(run=_evaluate)
    train = verbs.add_parser("train", help="learn the files of models/ again")
    train.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    train.add_argument("--subjects", type=Path, required=True, metavar="FOLDER")
    train.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    train.set_defaults(run=_train)
    space = verbs.add_parser("train-lsa", help="learn the space of both languages' words again")
    space.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    space.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    space.set_defaults(run=_train_lsa)
    add_models_commands(verbs)
    add_why_command(verbs)
    add_operators_commands(verbs)
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
