"""A wrong value stops the service at once, with its name and what was expected."""

import pytest

from shared.runtime.settings import LinkSettings, ServiceSettings, documented, read_settings


@pytest.fixture(autouse=True)
def _sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", "postgresql://me@127.0.0.1/mine")
    monkeypatch.setenv("PASSERELLE_LINK_KEYS", f"{'a' * 32}, {'b' * 32}")


def test_sound_values_are_read() -> None:
    settings = read_settings(LinkSettings)
    assert settings.link_keys == ("a" * 32, "b" * 32)
    assert settings.http_port == 8000


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PASSERELLE_HTTP_PORT", "eighty", "port it listens on"),
        ("PASSERELLE_HTTP_PORT", "70000", "less than or equal to 65535"),
        ("PASSERELLE_KAFKA_BOOTSTRAP", "broker", "host:port"),
        ("PASSERELLE_KAFKA_PROFILE", "rabbit", "embedded"),
        ("PASSERELLE_DATABASE_URL", "mysql://x", "postgresql://"),
        ("PASSERELLE_LINK_KEYS", "short", "32 characters"),
        ("PASSERELLE_SITE_URL", "http://a/", "no slash at the end"),
        ("PASSERELLE_CLOCK_ORIGIN", "2026-03-02T09:30:00", "ISO 8601 with offset"),
        ("PASSERELLE_FAILPOINT", "Bad Name", "tests only"),
        ("PASSERELLE_OTLP_ENDPOINT", "collector:4318", "http(s)://host:port"),
        ("PASSERELLE_OTLP_ENDPOINT", "http://collector:4318", "need PASSERELLE_TRACING=true"),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        read_settings(LinkSettings)
    assert name in str(stopped.value)
    assert expected in str(stopped.value)


def test_spans_are_sent_where_there_is_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_TRACING", "true")
    monkeypatch.setenv("PASSERELLE_OTLP_ENDPOINT", "http://collector:4318")
    assert read_settings(LinkSettings).otlp_endpoint == "http://collector:4318"


def test_a_missing_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PASSERELLE_DATABASE_URL")
    with pytest.raises(SystemExit, match="PASSERELLE_DATABASE_URL"):
        read_settings(ServiceSettings)


def test_a_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERELLE_LINK_KEYS", "hush")
    with pytest.raises(SystemExit) as stopped:
        read_settings(LinkSettings)
    assert "hush" not in str(stopped.value)


def test_every_setting_is_documented() -> None:
    table = documented(LinkSettings)
    assert table["PASSERELLE_DATABASE_URL"][0] == "required"
    assert table["PASSERELLE_HTTP_PORT"][0] == "8000"
    assert all(meaning for _, meaning in table.values())
