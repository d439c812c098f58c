"""Why one capability and not another, from files."""

import json
from pathlib import Path

import pytest

from services.matcher.adapters.catalogue import TomlCatalogue
from services.matcher.adapters.why_text import OTHER, WhyText
from services.matcher.application.explain_pair import ExplainPair
from services.matcher.commands import main
from services.matcher.domain.eligibility import AskingRules
from services.matcher.domain.features import FEATURES
from services.matcher.domain.match import Contribution, Grade, Match, sigmoid
from services.matcher.domain.verdict import Against, verdict_on
from shared.contracts.vocabularies import Language
from tests.support.builders_represented import a_capability, a_need
from tests.support.fakes_matching_models import (
    WordEmbedder,
    explain_plainly,
    represent_with,
    score_by_meaning,
)

LANGUAGES: tuple[Language, ...] = ("fr", "en")
NEED = {"id": "n1", "title": "Le fer du puits", "description": "Notre puits a un goût de fer."}
OFFERS = [
    {"id": "bus", "title": "Les bus de nuit"},
    {"id": "iron", "title": "Chimie des eaux de puits", "summary": "Nous mesurons le fer."},
]


def a_match(name: str, score: float, *gains: float) -> Match:
    added = tuple(Contribution(f"f{i}", 0.5, gain) for i, gain in enumerate(gains))
    return Match("n", name, score, Grade.WEAK, 0.0, added, "m")


MATCHES = [a_match("a", 0.9), a_match("b", 0.5), a_match("c", 0.2), a_match("d", 0.1)]


@pytest.mark.parametrize(
    ("name", "rank", "against"),
    [
        ("a", 1, ()),
        ("b", 2, ()),
        ("c", 3, (Against.OTHERS_FIRST,)),
        ("d", 4, (Against.BELOW_LEAST, Against.OTHERS_FIRST)),
    ],
)
def test_what_stands_against_is_the_least_score_and_those_who_go_first(
    name: str, rank: int, against: tuple[Against, ...]
) -> None:
    found = verdict_on(name, MATCHES, least_score=0.15, wave=2)
    assert (found.rank, found.among, found.against) == (rank, 4, against)
    assert found.last_asked_score == 0.5


def test_what_counts_is_ordered_and_what_hardly_does_is_left_out() -> None:
    found = verdict_on("a", [a_match("a", 0.5, 0.3, -0.2, 0.9, -0.6, 0.01)], least_score=0, wave=3)
    assert [c.contribution for c in found.for_it] == [0.9, 0.3]
    assert [c.contribution for c in found.against_it] == [-0.6, -0.2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_feature_has_words_for_and_against(language: Language) -> None:
    text = WhyText(language, TomlCatalogue())
    assert set(text.phrases.features) == {*FEATURES, OTHER}
    said = {
        text.feature(Contribution(name, 0.5, gain)) for name in FEATURES for gain in (1.0, -1.0)
    }
    assert len(said) == 2 * len(FEATURES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_feature_of_another_version_is_at_least_named(language: Language) -> None:
    text = WhyText(language, TomlCatalogue())
    assert "later_feature" in text.feature(Contribution("later_feature", 0.5, 1.0))


def test_a_pair_is_judged_among_all_and_its_numbers_add_up() -> None:
    matching = represent_with(WordEmbedder()), score_by_meaning(), explain_plainly()
    iron, bus = a_capability("Le fer des puits"), a_capability("Les bus", capability_id="bus")
    judge = ExplainPair(*matching, AskingRules(wave=1))
    judged = judge(a_need("Le fer du puits"), bus, [iron, bus])
    assert (judged.verdict.rank, judged.verdict.among) == (2, 2)
    assert judged.verdict.against == (Against.OTHERS_FIRST,)
    assert judged.capability_title == "Les bus"


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def asking(tmp_path: Path, *pair: str) -> list[str]:
    return [
        "why",
        *pair,
        f"--needs={written(tmp_path / 'needs.jsonl', NEED)}",
        f"--capabilities={written(tmp_path / 'capabilities.jsonl', *OFFERS, {'id': 'none'})}",
    ]


def test_why_tells_reasons_numbers_and_obstacles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(asking(tmp_path, "n1", "iron")) == 0
    said = capsys.readouterr().out
    assert said.startswith("Besoin n1 : Le fer du puits\nOffre de recherche iron : Chimie")
    assert "rang 1 parmi 2" in said
    assert "le besoin dit «" in said
    assert main([*asking(tmp_path, "--need=n1", "--capability=bus"), "--language=en"]) == 0
    assert "rank 2 among 2" in capsys.readouterr().out


def test_why_as_json_has_all_the_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*asking(tmp_path, "n1", "bus"), "--json"]) == 0
    match = json.loads(capsys.readouterr().out)["verdict"]["match"]
    total = match["base"] + sum(c["contribution"] for c in match["contributions"])
    assert match["score"] == pytest.approx(sigmoid(total))


@pytest.mark.parametrize(
    ("pair", "code", "said"),
    [
        (("n1", "none"), 1, "There is no usable none"),
        (("n2", "iron"), 1, "There is no usable n2"),
        (("n1",), 2, "say which need and which capability"),
    ],
)
def test_why_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pair: tuple[str, ...], code: int, said: str
) -> None:
    assert main(asking(tmp_path, *pair)) == code
    assert said in capsys.readouterr().err


def test_why_needs_both_files_or_ids_of_the_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(asking(tmp_path, "n1", "iron")[:-1]) == 2
    assert "go together" in capsys.readouterr().err
    assert main(["why", "n1", "iron"]) == 2
    assert "UUIDs" in capsys.readouterr().err
