"""The README says of the settings what the code says."""

from pathlib import Path

from deploy.settings_table import table

README = Path(__file__).parents[2] / "README.md"


def test_the_table_of_settings_is_current() -> None:
    assert table() in README.read_text("utf-8"), (
        "paste the output of `python -m deploy.settings_table` into README.md"
    )
