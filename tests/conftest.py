"""What all tests share: the mark that each folder stands for."""

from pathlib import Path

import pytest

_MARKS = {"integration": "integration", "e2e": "e2e", "kafka": "e2e", "reliability": "e2e"}
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.path.is_relative_to(_HERE):
            continue
        folder = item.path.relative_to(_HERE).parts[0]
        if folder in _MARKS:
            item.add_marker(_MARKS[folder])
