"""What all tests share: the mark that each folder stands for."""

import os
from pathlib import Path

import hypothesis
import pytest

_MARKS = {"integration": "integration", "e2e": "e2e", "reliability": "e2e"}
_HERE = Path(__file__).parent


# Machines are shared and slow at times; a run that decides about a change finds the same each time.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("decides", deadline=None, derandomize=True)
hypothesis.settings.load_profile("decides" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.path.is_relative_to(_HERE):
            continue
        folder = item.path.relative_to(_HERE).parts[0]
        if folder in _MARKS:
            item.add_marker(_MARKS[folder])
