"""The secrets of a run on this computer."""

import stat
from pathlib import Path

import pytest

from deploy.embedded.environment import service_environment
from deploy.embedded.keys import Keys, read_or_create_keys
from deploy.embedded.ports import Ports


def test_keys_are_made_once(tmp_path: Path) -> None:
    first = read_or_create_keys(tmp_path / "keys")
    assert read_or_create_keys(tmp_path / "keys") == first
    assert read_or_create_keys(tmp_path / "others") != first


def test_only_their_owner_can_read_keys(tmp_path: Path) -> None:
    read_or_create_keys(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


def test_a_key_for_links_is_long_enough(tmp_path: Path) -> None:
    assert len(read_or_create_keys(tmp_path / "keys").link) >= 32


def test_what_was_set_for_another_passerelle_does_not_reach_a_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSERELLE_REVIEW", "manual")
    monkeypatch.setenv("PASSERELLE_SMTP_HOST", "mail.example.org")
    environment = service_environment("matcher", Ports(), Keys("link", "password"))
    assert "PASSERELLE_REVIEW" not in environment
    assert environment["PASSERELLE_SMTP_HOST"] == "127.0.0.1"
    assert environment["PASSERELLE_DATABASE_URL"] == (
        "postgresql://matcher:password@127.0.0.1:5433/matcher"
    )
