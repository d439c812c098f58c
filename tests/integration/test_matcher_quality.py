"""Matching the sample data stays as good as it was: the shipped models, all pairs."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.matcher.adapters.sample import Sample, read_sample
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.adapters.trec import evaluate
from services.matcher.application.rank_offline import Ranked, RankOffline
from services.matcher.domain.need import Need

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return read_sample(Path("data"))


@pytest.fixture(scope="module")
def matching() -> Matching:
    return shipped_matching()


def ranked(matching: Matching, sample: Sample, needs: list[Need]) -> list[list[Ranked]]:
    rank = RankOffline(matching.represent, matching.score, matching.explain)
    return list(rank(needs, sample.capabilities, top=50, explain=False))


@pytest.mark.parametrize(("setting", "ndcg", "hit"), [("raw", 0.47, 0.81), ("read", 0.64, 0.93)])
def test_good_answers_stay_at_the_top(
    sample: Sample, matching: Matching, setting: str, ndcg: float, hit: float
) -> None:
    run = {
        ranking[0].match.need_id: {r.match.capability_id: r.match.score for r in ranking}
        for ranking in ranked(matching, sample, getattr(sample, setting))
    }
    found = {m.name: m.mean for m in evaluate(run, sample.grades).measured}
    assert found["nDCG@10"] >= ndcg
    assert found["hit@3"] >= hit


def test_each_proposal_has_two_reasons_that_quote_both_sides(
    sample: Sample, matching: Matching
) -> None:
    rank = RankOffline(matching.represent, matching.score, matching.explain)
    for ranking in rank(sample.raw, sample.capabilities, top=3, explain=True):
        for proposal in ranking:
            quoting = [r for r in proposal.reasons if r.need_span and r.capability_span]
            assert len(quoting) >= 2, proposal.match


def test_the_command_line_runs_as_a_module(tmp_path: Path) -> None:
    (tmp_path / "need.jsonl").write_text('{"id": "n", "title": "Le fer du puits"}')
    arguments = ["--needs", "need.jsonl", "--capabilities", "need.jsonl", "--out", "run.trec"]
    done = subprocess.run(
        [sys.executable, "-m", "services.matcher", "rank", *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run.trec").read_text().startswith("n Q0 n 1 0.")
