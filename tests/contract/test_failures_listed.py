"""The list of failures names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "tests/reliability/README.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)", LIST)))


def test_there_are_twenty_five() -> None:
    assert re.findall(r"^\| (\d+) \|", LIST, re.MULTILINE) == [str(n) for n in range(1, 26)]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_named_test_exists(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")
