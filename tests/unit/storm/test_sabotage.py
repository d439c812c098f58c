"""The guards that storms were seen to miss are still where they can be taken away."""

import pytest

from tests.reliability.storm.sabotage import PROJECT, SABOTAGES


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_guard_is_where_it_was(name: str) -> None:
    for edit in SABOTAGES[name].edits:
        text = (PROJECT / edit.file).read_text("utf-8")
        assert text.count(edit.old) == 1
