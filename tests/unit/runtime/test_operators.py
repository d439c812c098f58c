"""What operators type and read: filters, who and why, tables that nobody else's bytes can draw."""

import argparse
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.contracts.topics import CONTACTS, LETTERS, NEEDS
from shared.contracts.wire import Message
from shared.runtime.dead_letters import Deed, Filters, Letter, is_hidden, kind_of
from shared.runtime.operators import add_operators_commands, filters_of
from shared.runtime.operators_text import (
    as_json,
    held_as_dict,
    letter_as_dict,
    page,
    printable,
    progress_line,
    summary,
    table,
)
from shared.runtime.rebuild import Progress

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LETTER = Letter(
    7, "passerelle.needs/0/3/1", NEEDS.name, "need.published.v1", "no", 2, "open", NOON, 9
)
WHO = ("--who", "ada", "--why", "mended in 0.1.1")


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_operators_commands(parser.add_subparsers(required=True))
    return parser.parse_args(arguments)


def test_filters_are_read_from_the_command_line() -> None:
    options = parse(
        *("dead-letters", "list", "--id", "3", "--id", "5", "--type", "need.published.v1"),
        *("--reason", "JSON", "--topic", "needs", "--since", "2026-03-02"),
        *("--until", "2026-03-03T12:00+01:00", "--status", "all"),
    )
    assert filters_of(options) == Filters(
        ids=(3, 5),
        kind="need.published.v1",
        reason="JSON",
        topic="needs",
        since=datetime(2026, 3, 2, tzinfo=UTC),
        until=datetime(2026, 3, 3, 12, tzinfo=timezone(timedelta(hours=1))),
        status=None,
    )


def test_a_list_shows_open_letters_unless_told_otherwise() -> None:
    assert filters_of(parse("dead-letters", "list")) == Filters(status="open")


@pytest.mark.parametrize("deed", ["replay", "discard"])
@pytest.mark.parametrize("missing", [WHO[:2], WHO[2:], ("--who", " ", "--why", "x")])
def test_nothing_is_dealt_with_unless_someone_says_who_and_why(
    deed: str, missing: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse("dead-letters", deed, "--all", *missing)
    assert "--who" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--rate", "0"), ("--rate", "inf"), ("--rate", "nan"), ("--rate", "x"), ("--id", "0"),
     ("--id", "9223372036854775808"), ("--since", "yesterday"), ("--until", "")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(option: str, value: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse("dead-letters", "replay", *WHO, option, value)


def test_only_open_letters_can_be_replayed() -> None:
    assert filters_of(parse("dead-letters", "replay", *WHO)).status == "open"
    with pytest.raises(SystemExit, match="2"):
        parse("dead-letters", "replay", *WHO, "--status", "discarded")


def test_the_status_alone_narrows_nothing() -> None:
    assert not Filters().narrow
    assert Filters(topic="needs").narrow


def test_restricted_and_unknown_topics_are_hidden() -> None:
    assert is_hidden(CONTACTS.name)
    assert is_hidden(LETTERS.name)
    assert is_hidden("someone.elses")
    assert not is_hidden(NEEDS.name)


def test_letters_are_shown_in_columns() -> None:
    assert table([LETTER]).splitlines() == [
        "id  first seen (UTC)     topic  type               tries  status  reason",
        "7   2026-03-02 12:00:00  needs  need.published.v1  2      open    no",
    ]


def test_nobody_elses_bytes_move_the_cursor() -> None:
    assert printable("a\x1b[2Jb\nc") == "a�[2Jb�c"
    message = Message(NEEDS.name, b"\x1b[1m", (("\x07h", b"\x1b]0;x"), ("n", None)), b"\xff\x1b{")
    shown = page(LETTER, message, [Deed(NOON, "replay", "a\x1b", "w", "dead", "r")], hidden=False)
    assert not set(shown) & {"\x1b", "\x07"}
    assert "value       \\xff�{" in shown
    assert "replay by a� (w): failed again (r)" in shown


def test_what_is_hidden_is_not_shown_in_either_form() -> None:
    message = Message(CONTACTS.name, b"k-canary", (("h", b"canary"),), b"canary")
    shown = page(LETTER, message, [], hidden=True) + as_json(held_as_dict(message, hidden=True))
    assert "canary" not in shown
    assert "--reveal" in shown


def test_machines_get_text_where_it_is_text_and_base64_where_it_is_not() -> None:
    message = Message(NEEDS.name, b"\xff", (("h", None), ("t", "é".encode())), None)
    held = json.loads(as_json(held_as_dict(message, hidden=False)))
    assert held == {
        "hidden": False,
        "key": {"base64": "/w=="},
        "headers": [{"name": "h", "text": None}, {"name": "t", "text": "é"}],
        "value": None,
    }
    told = json.loads(as_json(letter_as_dict(LETTER)))
    assert told["type"] == "need.published.v1"
    assert told["first_seen"] == "2026-03-02T12:00:00+00:00"


def test_a_type_is_what_the_message_says_and_never_too_long() -> None:
    assert kind_of((("ce_type", b"\xff" * 200),)) == "�" * 80
    assert kind_of((("ce_type", None),)) == ""


def test_what_became_of_all_is_said_in_one_line() -> None:
    assert summary({"applied": 2, "dead": 1, "busy": 0}, 4) == "2 applied, 1 failed again; action 4"
    assert summary({}, None) == "no letter; nothing was changed (rehearsal)"


def test_progress_says_what_was_left_out() -> None:
    assert progress_line(Progress("t", 5, 3, 2, 0)) == "t: 5 read, 2 of 3 keys applied"
    assert progress_line(Progress("t", 5, 3, 2, 1)).startswith("t: 5 read, 1 unreadable left out,")
