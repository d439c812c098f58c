"""The protocol and the measures of `benchmarks.matching.papyrus`."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.matching import papyrus
from benchmarks.matching.papyrus_measures import measured, ranks
from benchmarks.matching.papyrus_methods import (
    Ground,
    by_beginnings,
    by_embedding,
    by_words,
    centring_of,
    fusion_of,
    stems_of,
    without_hubs,
)
from benchmarks.matching.papyrus_protocol import Half, Thesis, capability_of, halves, query
from benchmarks.matching.vector_file import VectorFile
from services.matcher.adapters.lexical import SnowballStemmer
from tests.support.fakes_matching_models import NOTHING, WordEmbedder


def a_thesis(year: int, *supervisors: str, fr: str = "Le fer. Le sel.", n: int = 0) -> Thesis:
    return Thesis(f"{year}-{n}-{supervisors}", year, {"fr": fr, "en": "Iron."}, supervisors)


def test_experts_supervised_three_theses_before_the_first_query() -> None:
    often = [a_thesis(2010 + n, "often") for n in range(3)]
    seldom = [a_thesis(2015, "seldom"), a_thesis(2016, "seldom"), a_thesis(2017, "seldom")]
    asked = a_thesis(2018, "seldom", "often")
    found = [half for half in halves([*often, *seldom, asked]) if half.experts]
    assert [(half.experts, half.asked, half.answers) for half in found] == [
        (["often"], [asked], [{0}])
    ]
    assert found[0].theses == often


def test_the_halves_share_no_expert() -> None:
    theses = [a_thesis(2010, f"s{s}", n=n) for s in range(30) for n in range(3)]
    tuned, reported = halves(theses)
    assert len(tuned.experts) + len(reported.experts) == 30
    assert not set(tuned.experts) & set(reported.experts)
    assert tuned.experts
    assert reported.experts


def test_a_query_is_the_first_two_sentences_cut() -> None:
    text = "Voici la première phrase du texte. Puis la deuxième phrase du texte. Et la troisième."
    assert query(a_thesis(2019, fr=text)) == (
        "Voici la première phrase du texte. Puis la deuxième phrase du texte."
    )
    assert len(query(a_thesis(2019, fr="mot " * 500))) == 350


def test_a_profile_says_nothing_in_the_other_language() -> None:
    capability = capability_of("s", [a_thesis(2010, "s")], "en")
    assert [text for text in capability.texts if text] == ["Iron."]
    assert capability.outputs[0].year == 2010


def test_among_equals_the_right_ones_come_last() -> None:
    scores = np.array([[1, 1, 0], [0, 2, 1]], dtype=np.float32)
    assert ranks(scores, [{0}, {0, 1}]).tolist() == [2, 1]
    assert [cell[:5] for cell in measured(scores, [{0}, {0, 1}])] == ["0.750", "0.500", "1.000"]


def test_a_fusion_trusts_what_finds_the_right_ones_and_nothing_else() -> None:
    draw = np.random.default_rng(0)
    right = [{int(draw.integers(9))} for _ in range(40)]
    good, noise, bad = draw.normal(size=(3, 40, 9)).astype(np.float32)
    for i, places in enumerate(right):
        good[i, list(places)] += 2
        bad[i, list(places)] -= 2
    fusion = fusion_of([good, noise, bad], right)
    assert fusion.weights[0] > 10 * fusion.weights[1]
    assert fusion.weights[2] == 0
    assert fusion.weights.min() >= 0
    assert np.mean(1 / ranks(fusion([good, noise, bad]), right)) > 0.6


def test_a_persons_best_theses_count() -> None:
    known = {"iron": [a_thesis(2010, "iron", fr="le fer rouillé")], "salt": []}
    known["salt"] = [a_thesis(2011, "salt", fr="le sel marin")]
    half = Half(["iron", "salt"], known, [a_thesis(2018, "salt", fr="Du sel ?")])
    scores = by_words(Ground(half, "fr", half.asked))
    assert scores.shape == (1, 2)
    assert scores[0, 1] > scores[0, 0]


def test_an_expert_who_is_near_to_every_query_loses_that_part() -> None:
    usual = np.tile(np.array([2, 0], dtype=np.float32), (60, 1))
    scores = np.array([[1.5, 1.0]], dtype=np.float32)
    assert without_hubs(scores, usual).tolist() == [[0.5, 1.0]]


def test_beginnings_of_words_meet_across_languages() -> None:
    known = {"bio": [a_thesis(2010, "bio")], "law": [a_thesis(2011, "law")]}
    known["bio"][0].abstracts["en"] = "Biodiversity of insects"
    known["law"][0].abstracts["en"] = "Case law of trade"
    asked = [a_thesis(2018, "bio", fr="La biodiversité des insectes ?")]
    half = Half(["bio", "law"], known, asked)
    scores = by_beginnings(Ground(half, "en", asked), stems_of(SnowballStemmer()))
    assert scores[0, 0] > scores[0, 1]


def test_texts_of_two_kinds_meet_once_their_means_are_taken_off() -> None:
    known = {"iron": [a_thesis(2010, "iron")], "salt": [a_thesis(2011, "salt")]}
    known["iron"][0].abstracts["en"] = "this abstract iron"
    known["salt"][0].abstracts["en"] = "this abstract salt"
    asked = [a_thesis(2018, "iron", fr="notre iron"), a_thesis(2019, "salt", fr="notre salt")]
    ground = Ground(Half(["iron", "salt"], known, asked), "en", asked)
    centring = centring_of(ground, WordEmbedder(), NOTHING)
    plain = by_embedding(ground, WordEmbedder(), None)
    assert plain[0, 0] > plain[0, 1] > -0.1
    assert by_embedding(ground, WordEmbedder(), centring) == pytest.approx(
        np.array([[1, -1], [-1, 1]]), abs=0.01
    )


def test_without_data_it_says_so_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["papyrus", f"--data={tmp_path}"])
    papyrus.main()
    assert capsys.readouterr().out.startswith("Skipped:")


def test_vectors_are_found_again_by_the_next_run(tmp_path: Path) -> None:
    vector = np.array([0.6, 0.8], dtype=np.float32)
    first = VectorFile(tmp_path / "cache")
    first.put("key", vector)
    assert first.get("key") == pytest.approx(vector)
    first.close()
    again = VectorFile(tmp_path / "cache")
    assert again.get("key") == pytest.approx(vector)
    assert again.get("other") is None
    again.close()
