"""The command line on small files, with the real model."""

import io
import json
from pathlib import Path

import pytest
from typing_extensions import override

from services.matcher.adapters.progress import Progress
from services.matcher.commands import main

NEED = {"id": "n1", "title": "Le fer du puits", "description": "Notre puits a un goût de fer."}
OFFERS = [
    {"id": "bus", "title": "Les bus de nuit"},
    {"id": "iron", "title": "Chimie des eaux de puits", "summary": "Nous mesurons le fer."},
]


def written(path: Path, *lines: object) -> Path:
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )
    return path


def ranking(tmp_path: Path, *needs: object, offers: list[object] | None = None) -> list[str]:
    found = [*OFFERS] if offers is None else offers
    return [
        "rank",
        f"--needs={written(tmp_path / 'needs.jsonl', *needs)}",
        f"--capabilities={written(tmp_path / 'capabilities.jsonl', *found)}",
        f"--out={tmp_path / 'run.trec'}",
    ]


def test_rank_writes_a_run_and_goes_past_bad_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ranking(tmp_path, {"id": "n0"}, NEED, "{broken")) == 0
    lines = [line.split() for line in (tmp_path / "run.trec").read_text().splitlines()]
    assert [line[:4] for line in lines] == [["n1", "Q0", "iron", "1"], ["n1", "Q0", "bus", "2"]]
    told = capsys.readouterr().err
    assert "needs.jsonl line 1: no text" in told
    assert "needs.jsonl line 3: Invalid JSON" in told
    assert "5/5 texts embedded" in told


def test_rank_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    runs = []
    for _ in range(2):
        assert main([*ranking(tmp_path, NEED), f"--explain={tmp_path / 'why.jsonl'}"]) == 0
        runs.append([(tmp_path / name).read_bytes() for name in ("run.trec", "why.jsonl")])
    assert runs[0] == runs[1]


def test_rank_explains_each_proposal(tmp_path: Path) -> None:
    main([*ranking(tmp_path, NEED), "--top=1", f"--explain={tmp_path / 'why.jsonl'}"])
    (line,) = (tmp_path / "why.jsonl").read_text().splitlines()
    found = json.loads(line)
    assert (found["need"], found["capability"], found["rank"]) == ("n1", "iron", 1)
    assert found["grade_fr"].endswith("correspondance")
    assert [reason["kind"] for reason in found["reasons"]][:2] == ["passage", "passage"]


@pytest.mark.parametrize("offers", [[], ["{broken"]])
def test_nothing_to_rank_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], offers: list[object]
) -> None:
    assert main(ranking(tmp_path, NEED, offers=offers)) == 1
    assert "Nothing to rank" in capsys.readouterr().err


def test_a_missing_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ranking(tmp_path, NEED)
    (tmp_path / "needs.jsonl").unlink()
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'needs.jsonl'}: No such file or directory.\n"


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ranking(tmp_path, NEED)
    assert main([*arguments[:-1], f"--out={tmp_path / 'no' / 'run.trec'}"]) == 2
    assert "texts embedded" not in capsys.readouterr().err


def test_a_top_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*ranking(tmp_path, NEED), "--top=0"])
    assert "must be 1 or more" in capsys.readouterr().err


def test_evaluate_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = written(tmp_path / "run.trec", "n1 Q0 iron 1 0.9 x")
    qrels = written(tmp_path / "qrels.jsonl", {"need": "n1", "cap": "iron", "grade": 3})
    assert main(["evaluate", f"--run={run}", f"--qrels={qrels}"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("1 needs with an answer; 0 missing from the run.")
    assert "| nDCG@10 | 1.000 | 1.000-1.000 |" in printed


def test_evaluate_says_when_nothing_was_judged_or_the_run_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = written(tmp_path / "run.trec", "n1 Q0 iron")
    qrels = written(tmp_path / "qrels.jsonl", {"need": "n1", "cap": "iron", "grade": 1})
    arguments = ["evaluate", f"--run={run}", f"--qrels={qrels}"]
    assert main(arguments) == 2
    written(run, "n1 Q0 iron 1 0.9 x")
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert "run.trec line 1: expected" in told
    assert "Nothing to evaluate" in told


def test_train_says_which_table_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [f"--subjects={tmp_path}", f"--out={tmp_path}"]
    assert main(["train", "--data=data", *folders]) == 2
    assert "everyday_fr.tsv: No such file" in capsys.readouterr().err


def test_train_writes_the_models(tmp_path: Path) -> None:
    topics = ["fer", "bruit", "bus", "haies", "loyer", "cantine"]
    needs = [{"id": f"need-{topic}", "title": f"Notre {topic}"} for topic in topics]
    written(tmp_path / "needs.jsonl", *needs)
    written(tmp_path / "needs_read.jsonl", *({**n, "questions": [n["title"]]} for n in needs))
    offers = [{"id": f"cap-{topic}", "title": f"Étude : {topic}"} for topic in topics]
    written(tmp_path / "capabilities.jsonl", *offers)
    judged = [{"need": f"need-{t}", "cap": f"cap-{t}", "grade": 3} for t in topics]
    written(tmp_path / "qrels.jsonl", *judged)
    (tmp_path / "not_research.txt").write_text("Vends camionnette.")
    columns = "id\tname_fr\tuse\texpressions\task_1\task_2"
    written(tmp_path / "everyday_fr.tsv", columns, "T1\tFer\t2\trouille\tD'où vient-il ?\t")
    topics = ["id\tlabel\tkeywords\tsummary", "T1\tIron\trust\tIt rusts."]
    written(tmp_path / "openalex_topics.tsv", *topics)
    folders = [f"--{option}={tmp_path}" for option in ("data", "subjects", "out")]
    assert main(["train", *folders]) == 0
    assert json.loads((tmp_path / "scorer.json").read_text())["read"]["terms"]


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_stays_in_one_line() -> None:
    terminal = Terminal()
    progress = Progress(terminal, every_s=0)
    progress(1, 2)
    progress(2, 2)
    shown = terminal.getvalue()
    assert shown.count("\r") == 2
    assert shown.count("\n") == 1
    assert "2/2 texts embedded" in shown


def test_progress_is_shown_now_and_then_and_at_the_end() -> None:
    stream = io.StringIO()
    progress = Progress(stream, every_s=3600)
    progress(1, 2)
    assert stream.getvalue() == ""
    progress(2, 2)
    assert stream.getvalue().startswith("2/2 texts embedded")
