"""A space of French and English words, learned from texts that exist in both."""

import json
import lzma
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.adapters import lsa_training
from services.matcher.adapters.lexical import SnowballStemmer
from services.matcher.adapters.lsa_space import LsaSpace, read_lsa_space
from services.matcher.adapters.lsa_training import Bilingual, learn_lsa, read_bilingual
from services.matcher.adapters.model_files import MODELS
from services.matcher.commands import main
from services.matcher.domain.representation import Stems
from services.matcher.domain.vectors import Vector
from tests.support.fakes_matching_models import WholeWords

BEES = [
    Bilingual("abeille ruche", "bee hive"),
    Bilingual("abeille miel", "bee honey"),
    Bilingual("ruche miel abeille", "hive honey bee"),
]
BRIDGES = [
    Bilingual("pont béton", "bridge concrete"),
    Bilingual("pont acier", "bridge steel"),
    Bilingual("acier béton pont", "steel concrete bridge"),
]
# Each word is in three texts at least, none in nearly all.
TEXTS = [
    *BEES,
    *BEES,
    *BRIDGES,
    *BRIDGES,
    *(Bilingual("bois forêt", "wood forest") for _ in range(8)),
]


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> LsaSpace:
    folder = tmp_path_factory.mktemp("space")
    learn_lsa(WholeWords(), TEXTS, folder, dimensions=3)
    return read_lsa_space(folder)


@pytest.fixture(scope="module")
def shipped() -> LsaSpace:
    return read_lsa_space()


def placed(space: LsaSpace, *words: str) -> Vector:
    found: Vector = space.place([Counter(words)])[0]
    return found


def test_words_of_two_languages_meet_through_the_texts_that_they_share(space: LsaSpace) -> None:
    assert placed(space, "abeille") @ placed(space, "bee") > 0.95
    assert abs(placed(space, "abeille") @ placed(space, "bridge")) < 0.1


def test_every_text_has_length_one_and_one_without_known_words_is_nowhere(space: LsaSpace) -> None:
    rows = space.place([Counter(["pont", "acier"]), Counter(["zzz"]), Counter()])
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 0], abs=1e-6)


def test_forms_of_a_word_with_one_beginning_are_one_word(shipped: LsaSpace) -> None:
    assert placed(shipped, "biodiversit") @ placed(shipped, "biodivers") == pytest.approx(1)


@given(st.dictionaries(st.sampled_from(["pont", "bee", "miel", "steel"]), st.integers(1, 9)))
def test_neither_the_order_of_words_nor_of_texts_matters(space: LsaSpace, stems: Stems) -> None:
    turned = dict(reversed(list(stems.items())))
    alone = space.place([stems])[0]
    assert space.place([turned, stems])[1] == pytest.approx(alone, abs=1e-6)
    assert space.place([turned])[0] == pytest.approx(alone, abs=1e-6)


def test_learning_again_gives_the_same_bytes_and_other_texts_another_name(tmp_path: Path) -> None:
    spaces = []
    for name, texts in (("once", TEXTS), ("again", TEXTS), ("other", TEXTS[1:])):
        folder = tmp_path / name
        folder.mkdir()
        learn_lsa(WholeWords(), texts, folder, dimensions=3)
        spaces.append(read_lsa_space(folder))
    assert spaces[0].name == spaces[1].name != spaces[2].name


def test_a_file_that_would_be_unpickled_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "lsa.npz", beginnings=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        read_lsa_space(tmp_path)


@pytest.mark.parametrize(
    ("french", "english", "other"),
    [
        ("les pollinisateurs et les abeilles", "bees and other pollinators", "road safety"),
        ("l'isolement des personnes âgées", "loneliness of older people", "enzyme kinetics"),
        ("la pollution de l'eau potable", "drinking water contamination", "case law"),
    ],
)
def test_the_shipped_space_knows_both_languages(
    shipped: LsaSpace, french: str, english: str, other: str
) -> None:
    stemmer = SnowballStemmer()

    def place(text: str, language: str) -> Vector:
        return placed(shipped, *(w.stem for w in stemmer.stems(text, language=language)))

    asked = place(french, "fr")
    near, far = (float(asked @ place(text, "en")) for text in (english, other))
    assert near > 3 * max(0.1, far)


def test_the_shipped_space_is_small_and_says_whose_texts_it_was_learned_from() -> None:
    about = json.loads((MODELS / "lsa.json").read_text("utf-8"))
    assert about["licence"].startswith("CC BY-SA 4.0")
    assert about["trained_with"].startswith("python -m services.matcher train-lsa")
    assert all(name in about["source"] for name in ("Papyrus", "MaTOS", "OpenAlex"))
    assert (MODELS / "lsa.npz").stat().st_size < 10_000_000


def packed(path: Path, *lines: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress("\n".join(json.dumps(line) for line in lines).encode()))


def thesis(thesis_id: str, year: str) -> dict[str, str]:
    return {
        "id": thesis_id, "year": year, "abstract_fr": f"fr {thesis_id}", "abstract_en": "en"
    }  # fmt: skip


def a_folder(folder: Path) -> Path:
    last, later = str(lsa_training.LAST_YEAR), str(lsa_training.LAST_YEAR + 1)
    packed(
        folder / lsa_training.THESES,
        thesis("old", "2011"),
        thesis("last", last),
        thesis("x", later),
    )
    packed(folder / lsa_training.ABSTRACTS, {"fr": "vague", "en": "wave"})
    (folder / "subjects").mkdir()
    (folder / lsa_training.EVERYDAY).write_text(
        "id\tname_fr\tuse\texpressions\task_1\task_2\nT1\tFer\t2\trouille\tNotre puits ?\t\n"
    )
    (folder / lsa_training.TOPICS).write_text(
        "id\tlabel\tkeywords\tsummary\nT1\tIron\trust\tAbout iron.\n"
    )
    return folder


def test_later_theses_are_kept_for_measuring(tmp_path: Path) -> None:
    found = read_bilingual(a_folder(tmp_path), without={"old"})
    assert found == [
        Bilingual("fr last", "en"),
        Bilingual("vague", "wave"),
        Bilingual("Fer ; rouille ; Notre puits ? ", "Iron. rust. About iron."),
    ]


def test_train_lsa_says_which_file_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train-lsa", f"--data={tmp_path}", f"--out={tmp_path}"]) == 2
    assert "theses.jsonl.xz: No such file" in capsys.readouterr().err
