import json
from pathlib import Path

import pytest

from services.matcher.adapters.jsonl import (
    BadLine,
    CapabilityLine,
    JudgementLine,
    Line,
    NeedLine,
    read_lines,
)
from services.matcher.adapters.sample import read_sample
from services.matcher.domain.capability import Output
from services.matcher.domain.need import Place


def read(tmp_path: Path, kind: type[Line], *lines: object) -> tuple[list[Line], list[BadLine]]:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"\n".join(texts))
    bad: list[BadLine] = []
    return list(read_lines(path, kind, bad.append)), bad


def test_a_full_need_is_read(tmp_path: Path) -> None:
    line = {
        "id": "n1",
        "organisation": "Les Amis du Puits, Brest",
        "city": "Brest",
        "region": "Bretagne",
        "title": "Le puits",
        "description": "Goût de fer",
        "expectations": "Une mesure",
        "themes": ["eau_mer"],
        "modes": ["thesis"],
        "questions": ["Chimie des eaux", " "],
        "subjects": ["T10001"],
        "deadline_months": 3,
    }
    found, bad = read(tmp_path, NeedLine, line)
    need = found[0].thing()
    assert bad == []
    assert (need.need_id, need.title, need.expectations) == ("n1", "Le puits", "Une mesure")
    assert need.place == Place("Brest", "Bretagne")
    assert need.questions == ("Chimie des eaux",)
    assert need.subjects == ("T10001",)
    assert need.withheld == ("Les Amis du Puits, Brest", "Les Amis du Puits")


def test_a_title_alone_is_a_need_and_its_language_is_told(tmp_path: Path) -> None:
    found, _ = read(tmp_path, NeedLine, {"id": 7, "title": "What is in the water of our well?"})
    need = found[0].thing()
    assert (need.need_id, need.language, need.description) == ("7", "en", "")


@pytest.mark.parametrize(
    "line",
    [
        {"id": "c", "outputs": ["Iron in wells"]},
        {"id": "c", "summary": "Nous mesurons."},
        {"id": "c", "keywords": "fer, eau", "outputs": None, "sdgs": None, "summary": None},
        {"id": "c", "title": "Chimie", "keywords": None},
        {"id": "c", "outputs": [{"title": "Iron", "year": "2021", "doi": "x", "url": None}]},
    ],
)
def test_a_capability_needs_little(tmp_path: Path, line: dict[str, object]) -> None:
    found, bad = read(tmp_path, CapabilityLine, line)
    assert bad == []
    assert found[0].thing().capability_id == "c"


def test_an_output_is_a_title_or_an_object(tmp_path: Path) -> None:
    outputs = ["Wells", {"title": "Iron", "abstract": "Much.", "year": 2021, "url": "example.org"}]
    found, _ = read(tmp_path, CapabilityLine, {"id": "c", "outputs": outputs, "sdgs": [6]})
    capability = found[0].thing()
    assert capability.outputs == (Output("Wells"), Output("Iron", "Much.", 2021, "example.org"))
    assert capability.sdgs == (6,)


def test_bad_lines_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    found, bad = read(
        tmp_path,
        CapabilityLine,
        b"\xef\xbb\xbf" + b'{"id": "a", "title": "Chimie"}',
        b"",
        b"not json",
        b"[1]",
        b'{"id": "\xff", "title": "x"}',
        b'{"id": "s", "title": "\\ud800"}',
        {"title": "Chimie"},
        {"id": "two words", "title": "Chimie"},
        {"id": "b", "outputs": [{"year": 2021}]},
        {"id": "c", "title": " "},
        {"id": "a", "title": "encore"},
        {"id": "d", "title": "Physique"},
    )
    assert [line.id for line in found] == ["a", "d"]
    assert [(line.number, line.field) for line in bad] == [
        (3, ""),
        (4, ""),
        (5, ""),
        (6, ""),
        (7, "id"),
        (8, "id"),
        (9, "outputs.0.title"),
        (10, ""),
        (11, "id"),
    ]
    assert bad[4].text == "line 7, id: Field required"
    assert bad[5].text == "line 8, id: must not be empty or contain spaces"
    assert bad[7].text == "line 10: no text: give a title, a summary, keywords or outputs"
    assert bad[8].text == "line 11, id: a was on line 1 already"


def test_a_need_without_words_is_told(tmp_path: Path) -> None:
    _, bad = read(tmp_path, NeedLine, {"id": "n", "themes": ["eau_mer"]})
    assert bad[0].problem.startswith("no text")


def test_a_pair_is_judged_once(tmp_path: Path) -> None:
    judged = {"need": "n", "cap": "c", "grade": 3, "facets": [1]}
    found, bad = read(tmp_path, JudgementLine, judged, judged, {**judged, "grade": 4})
    assert [line.grade for line in found] == [3]
    assert [line.number for line in bad] == [2, 3]


def test_the_sample_data_is_read_whole() -> None:
    sample = read_sample(Path("data"))
    assert (len(sample.raw), len(sample.read), len(sample.capabilities)) == (54, 54, 240)
    assert sum(len(judged) for judged in sample.grades.values()) == 689
    assert {need.need_id for need in sample.raw} >= set(sample.grades)


def test_a_bad_line_of_the_sample_stops_learning(tmp_path: Path) -> None:
    (tmp_path / "needs.jsonl").write_text("{}")
    with pytest.raises(ValueError, match=r"needs\.jsonl line 1, id"):
        read_sample(tmp_path)
