"""Settings of the profiles service: what is missing or wrong is named."""

import pytest

from services.profiles.settings import ReviewSetting, Settings
from shared.runtime.settings import read_settings

GOOD = {"PASSERELLE_DATABASE_URL": "postgresql://a/b", "PASSERELLE_LINK_KEYS": "k" * 32}


def test_the_defaults_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PASSERELLE_REVIEW", "PASSERELLE_HTTP_PORT", "PASSERELLE_CONTACT_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(Settings)
    assert (settings.review, settings.http_port) == (ReviewSetting.AUTO, 8000)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PASSERELLE_REVIEW", "sometimes"), ("PASSERELLE_CONTACT_EMAIL", "nobody")],
)
def test_a_wrong_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for known, good in {**GOOD, name: value}.items():
        monkeypatch.setenv(known, good)
    with pytest.raises(SystemExit, match=name):
        read_settings(Settings)
