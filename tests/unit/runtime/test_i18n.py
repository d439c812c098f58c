"""Texts come from catalogues, in the language asked for."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.runtime.i18n import MissingTextError, load_catalogue, preferred


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "fr.toml").write_text(
        'bonjour = "Bonjour {name}"\n[equipes]\none = "{n} équipe"\nother = "{n} équipes"\n',
        "utf-8",
    )
    (tmp_path / "en.toml").write_text(
        'bonjour = "Hello {name}"\n[equipes]\none = "{n} team"\nother = "{n} teams"\n', "utf-8"
    )
    return tmp_path


def test_a_text_is_filled_in(catalogue: Path) -> None:
    texts = load_catalogue(catalogue)
    assert texts["fr"]("bonjour", name="Ana") == "Bonjour Ana"
    assert texts["en"]("bonjour", name="Ana") == "Hello Ana"
    assert texts["en"].has("bonjour")


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [("fr", 0, "0 équipe"), ("fr", 2, "2 équipes"), ("en", 0, "0 teams"), ("en", 1, "1 team")],
)
def test_each_language_counts_in_its_way(
    catalogue: Path, language: str, count: int, text: str
) -> None:
    assert load_catalogue(catalogue)[language]("equipes", n=count) == text


def test_a_missing_text_is_an_error_and_never_a_blank(catalogue: Path) -> None:
    with pytest.raises(MissingTextError, match="fr: nothing"):
        load_catalogue(catalogue)["fr"]("nothing")


def test_dates_are_written_as_people_do(catalogue: Path) -> None:
    texts = load_catalogue(catalogue)
    assert texts["fr"].day(date(2026, 5, 3)) == "3 mai 2026"
    assert texts["en"].day(date(2026, 5, 3)) == "May 3, 2026"
    assert texts["fr"].day(date(2026, 12, 1)) == "1er décembre 2026"
    assert texts["fr"].day(date(2026, 12, 11)) == "11 décembre 2026"
    assert texts["en"].day(date(2026, 12, 1)) == "December 1, 2026"
    assert "2026" in texts["fr"].moment(datetime(2026, 5, 3, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("fr-FR", "fr"),
        ("de, en;q=0.3", "en"),
        ("de", "fr"),
        ("", "fr"),
    ],
)
def test_the_browser_says_which_language(header: str, language: str) -> None:
    assert preferred(header) == language
