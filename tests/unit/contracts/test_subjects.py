"""The research subjects: complete, found in the words that people type, quickly."""

import gzip
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.vocabularies import find_subjects, subject_table, subjects
from shared.contracts.vocabularies.subject_search import SMALL_WORDS, index_in
from shared.contracts.vocabularies.subject_table import FILE, packed_from

MOST_MS = 10
LARGEST = 900_000


def names(words: str, language: str = "fr", *, at_most: int = 8) -> list[str]:
    return [
        subject.label("en" if language == "en" else "fr")
        for subject in find_subjects(words, "en" if language == "en" else "fr", at_most=at_most)
    ]


def test_all_subjects_have_two_names_and_something_that_they_are_about() -> None:
    known = subjects()
    assert len(known) == 4516
    assert all(key == subject.id for key, subject in known.items())
    assert all(s.label("fr").strip() and s.label("en").strip() for s in known.values())
    assert all(s.about("fr") and s.about("en") and s.field and s.domain for s in known.values())
    assert {subject.use for subject in known.values()} == {0, 1, 2}


def test_what_organisations_bring_has_at_least_six_everyday_expressions() -> None:
    brought = [subject for subject in subjects().values() if subject.use == 2]
    assert len(brought) > 1000
    assert min(len(subject.everyday) for subject in brought) >= 6


def test_the_file_stays_small() -> None:
    assert Path(subject_table.__file__).with_name(FILE).stat().st_size < LARGEST


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("vers de terre", "Vers de terre et invertébrés du sol"),
        ("compost", "Compostage et lombricompostage"),
        ("Sécheresse", "Hydrologie et analyse des sécheresses"),
        ("secheresses", "Hydrologie et analyse des sécheresses"),
        ("abeiles", "Abeilles, pesticides et santé des colonies"),
        ("poluttion de l’air", "Pollution de l'air et santé"),
        ("solitude des personnes âgées", "Inégalités sociales de santé et solitude"),
        ("moustique tigre", "Arboviroses transmises par les moustiques"),
    ],
)
def test_everyday_words_find_the_subject_that_they_mean(words: str, expected: str) -> None:
    assert expected in names(words, at_most=5)


def test_english_words_are_searched_first_on_english_pages() -> None:
    assert names("bees", "en")[0] == "Bee Products Chemical Analysis"
    assert names("soil carbon", "en")[0] == "Soil Carbon and Nitrogen Dynamics"


def test_words_of_the_other_language_count_too() -> None:
    assert "Vers de terre et invertébrés du sol" in names("earthworms")


@pytest.mark.parametrize("words", ["", "   ", "de la", "x", "zzzzzzzz", "😀"])
def test_what_means_nothing_finds_nothing(words: str) -> None:
    assert find_subjects(words, "fr", at_most=8) == []


@given(st.text(max_size=300))
def test_anything_may_be_typed(words: str) -> None:
    found = find_subjects(words, "fr", at_most=8)
    assert len({subject.id for subject in found}) == len(found) <= 8


@given(st.permutations(["odeur", "rivière", "été"]))
def test_the_order_of_words_does_not_change_what_is_found(words: list[str]) -> None:
    usual = find_subjects("odeur rivière été", "fr", at_most=4000)
    assert set(find_subjects(" ".join(words), "fr", at_most=4000)) == set(usual)


@pytest.mark.parametrize("slip", ["abeile", "abielle", "abeilel", "abbeille", "abeilles"])
def test_one_slip_of_the_keyboard_is_forgiven(slip: str) -> None:
    assert "Abeilles, pesticides et santé des colonies" in names(slip)


def test_a_search_takes_less_than_ten_milliseconds() -> None:
    index_in("fr")
    asked = ("eau qui mousse", "poluttion", "solitude des personnes âgées", "zzzzzzz", "école")
    took = []
    for words in asked * 5:
        began = perf_counter()
        find_subjects(words, "fr", at_most=12)
        took.append((perf_counter() - began) * 1000)
    assert median(took) < MOST_MS


def test_small_words_are_folded_as_they_are_looked_up() -> None:
    assert all(word.isascii() and word == word.lower() for word in SMALL_WORDS)


def test_the_file_is_made_of_the_two_tables(tmp_path: Path) -> None:
    (tmp_path / "openalex_topics.tsv").write_text(
        "id\tlabel\told\tsubfield\tfield\tdomain\tkeywords\tsummary\n"
        "T1\tWater\t-\t-\tEnvironment\tPhysical\ta; b; c; d; e; f; g\t-\n",
        "utf-8",
    )
    (tmp_path / "everyday_fr.tsv").write_text(
        "id\tname_fr\tuse\texpressions\task_1\task_2\nT1\tEau\t2\tl’eau ; la mer\t-\t-\n", "utf-8"
    )
    packed = packed_from(tmp_path)
    assert packed == packed_from(tmp_path)
    assert gzip.decompress(packed).decode() == (
        "T1\tWater\tEau\tEnvironment\tPhysical\t2\tl’eau ; la mer\ta ; b ; c ; d ; e ; f\n"
    )
