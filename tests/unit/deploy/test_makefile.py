"""The Makefile, where it speaks to people."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.embedded.web_process import PROJECT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and the locks alone."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    shutil.copytree(PROJECT / "requirements", tmp_path / "requirements")
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},  # not what a make around the tests has set
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_each_target_and_they_are_ten_at_most(checkout: Path) -> None:
    listed = re.findall(r"make (\w+) +\S", make(checkout).stdout)
    targets = re.findall(r"^(\w+):", (checkout / "Makefile").read_text(), flags=re.MULTILINE)
    assert sorted(listed) == sorted(targets)
    assert {"help", "demo", "check", "test", "fmt"} <= set(targets)
    assert len(targets) <= 10


def test_a_missing_or_old_python_is_one_sentence(checkout: Path) -> None:
    failed = make(checkout, "demo", "PYTHON=")
    first, _ = failed.stderr.split("\n", 1)
    assert failed.returncode == 2
    assert first == "Passerelle needs Python 3.11 or later: install it, and run make again."


def test_a_python_without_venv_is_one_sentence(checkout: Path) -> None:
    failed = make(checkout, "demo", "PYTHON=false")
    assert failed.stderr.startswith("Python's module venv is missing: install it")


def test_the_locks_name_no_index_and_nothing_of_the_computer_that_made_them() -> None:
    for lock in (PROJECT / "requirements").glob("*.txt"):
        assert not re.search(r"https?:|index|file:|^#.*(/|\\)", lock.read_text(), re.MULTILINE)


def test_what_runs_is_locked_at_the_same_version_as_what_is_tested() -> None:
    runtime, dev = (
        set(re.findall(r"^\S+==\S+", lock.read_text(), re.MULTILINE))
        for lock in (PROJECT / "requirements/runtime.txt", PROJECT / "requirements/dev.txt")
    )
    assert runtime
    assert runtime <= dev
