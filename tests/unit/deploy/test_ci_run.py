""".ci/run, with a make that only pretends."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.embedded.web_process import PROJECT


@pytest.mark.parametrize(
    ("make", "exit_code", "last_words"),
    [
        ('[ "$1" = check ] || echo "== 3 passed in 1s =="; exit 0', 0, "3 tests passed"),
        ('[ "$1" = check ] || echo "4 passed, 1 skipped"; exit 0', 0, "4 tests passed"),
        ("exit 0", 1, "no test ran"),
        ('[ "$1" = check ] || echo "1 failed, 2 passed"; [ "$1" = check ]', 1, "exit code 1"),
        ('[ "$1" = test ]', 1, "0 tests passed"),
    ],
    ids=["passed", "some skipped", "none ran", "one failed", "check failed"],
)
def test_it_fails_when_a_step_fails_or_no_test_ran(
    tmp_path: Path, make: str, exit_code: int, last_words: str
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(PROJECT / ".ci" / "run", tmp_path / ".ci")
    pretended = tmp_path / "make"
    pretended.write_text(f"#!/bin/sh\n{make}\n")
    pretended.chmod(0o755)
    ran = subprocess.run(
        [tmp_path / ".ci" / "run"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == exit_code
    assert last_words in ran.stdout + ran.stderr
