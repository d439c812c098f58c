from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from services.matcher.adapters import model_files
from services.matcher.adapters.learning import learn_all, unseen_scores
from services.matcher.adapters.sample import Sample
from services.matcher.adapters.scikit_training import FOLDS, JudgedPair
from services.matcher.adapters.training import Subject, Subjects, read_subjects
from services.matcher.domain.match import Grade
from tests.support.builders_represented import a_capability, a_need
from tests.support.fakes_matching_models import WholeWords, WordEmbedder


def test_the_shipped_weights_are_those_that_people_decided() -> None:
    weights = model_files.read_weights()
    assert weights.rules.wave == 3
    assert weights.rules.enough == 2
    assert weights.rules.rest_after_silence == timedelta(days=14)
    assert weights.thresholds.grade(weights.rules.least_score) is Grade.POSSIBLE


def test_the_shipped_centring_fits_the_embedder() -> None:
    centring = model_files.read_centring()
    assert centring.need.shape == centring.part.shape == (384,)
    assert float(np.linalg.norm(centring.direction)) == pytest.approx(1, abs=1e-3)


def test_the_shipped_scorer_says_how_it_was_trained_and_on_what() -> None:
    scorer = model_files.read_scorer()
    assert scorer.trained_with.startswith("python -m services.matcher train")
    assert "CC0" in scorer.data_licence


def test_common_words_are_common_in_the_shipped_rarity() -> None:
    rarity = model_files.read_rarity()
    assert rarity.weight("eau") < rarity.weight("crispr")


def a_sample() -> Sample:
    topics = ["fer", "bruit", "bus", "haies", "loyer", "cantine"]
    needs = [a_need(f"notre {topic}", need_id=f"need-{topic}") for topic in topics]
    offers = [a_capability(f"étude {topic}", capability_id=f"cap-{topic}") for topic in topics]
    grades = {f"need-{t}": {f"cap-{t}": 3} for t in topics}
    return Sample(needs, needs, offers, grades, ("vends camionnette",))


def test_learning_again_gives_the_same_files(tmp_path: Path) -> None:
    subjects = Subjects(
        [
            Subject("T1", "fer", 2, "fer : rouille", "iron. rust", "Rust.", ("notre fer",)),
            Subject("T2", "bruit", 1, "bruit : fer", "noise. iron", "Noise.", ("le bruit",)),
        ]
    )
    written = []
    for name in ("once", "again"):
        folder = tmp_path / name
        folder.mkdir()
        learn_all(a_sample(), subjects, WordEmbedder(), WholeWords(), folder)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {
        *("centring.json", "rarity.json", "scorer.json"),
        *("subjects.npz", "adapter.npz", "scope.npz"),
    }
    assert model_files.read_scorer(tmp_path / "once").raw.terms["meaning"].weight > 0
    assert model_files.read_rarity(tmp_path / "once").found_in["fer"] == 4


def test_unseen_needs_are_all_scored() -> None:
    pairs = [
        JudgedPair(f"need-{need}", f"cap-{offer}", {"meaning": float(need == offer)}, need == offer)
        for need in range(FOLDS)
        for offer in range(FOLDS)
    ]
    run = unseen_scores(pairs, ["meaning"])
    assert all(
        max(run[f"need-{n}"], key=run[f"need-{n}"].__getitem__) == f"cap-{n}" for n in range(6)
    )


def test_subjects_are_read_from_two_tables(tmp_path: Path) -> None:
    everyday = [
        "id\tname_fr\tuse\texpressions\task_1\task_2",
        "T1\tFer\t2\tgoût de fer ; rouille\tNotre puits ?\t",
        "T2\tMuons\t0\trayons\t\t",
    ]
    topics = [
        "id\tlabel\tkeywords\tsummary",
        "T2\tMuons\tdecay\tAbout muons.",
        'T1\tIron "II"\trust\tAbout iron.',
    ]
    (tmp_path / "everyday_fr.tsv").write_text("\n".join(everyday))
    (tmp_path / "openalex_topics.tsv").write_text("\n".join(topics))
    found = read_subjects(tmp_path)
    assert [subject.subject_id for subject in found.all] == ["T1", "T2"]
    assert found.requests == ["Notre puits ?"]
    assert found.names == ["Fer"]
    assert found.texts == [
        "Notre puits ?",
        "Fer : goût de fer ; rouille",
        "Muons : rayons",
        'Iron "II". rust. About iron.',
        "Muons. decay. About muons.",
    ]
