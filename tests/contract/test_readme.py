"""What a reader meets is true: the table of settings, and every path that is named."""

import re
from pathlib import Path

import pytest

from deploy.settings_table import table

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
PAGES = (README, PROJECT / "ARCHITECTURE.md", PROJECT / "CONTRIBUTING.md")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
PATH = re.compile(r"`((?:services|shared|tests|deploy|docs|data|benchmarks)/[\w./-]*\w)`")


def test_the_table_of_settings_is_current() -> None:
    assert table() in README.read_text("utf-8"), (
        "paste the output of `python -m deploy.settings_table` into README.md"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(LINK.findall(text)) | set(PATH.findall(text))
    assert named, "there is something to check"
    assert [path for path in sorted(named) if not (PROJECT / path).exists()] == []
