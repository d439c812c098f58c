"""Operators' commands in words and in JSON: what is printed, never how it came about."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from shared.contracts.wire import Message
from shared.runtime.dead_letters import Deed, Letter
from shared.runtime.rebuild import Progress
from shared.runtime.replaying import Dealt

TITLES = ("id", "first seen (UTC)", "topic", "type", "tries", "status", "reason")
OUTCOMES = {
    "applied": "applied",
    "duplicate": "known before, nothing to do",
    "parked": "waits for what it names",
    "erased": "tells of what was erased: left alone",
    "dead": "failed again",
    "discarded": "discarded",
    "busy": "left: dealt with, or in hand elsewhere",
}
HIDDEN = "hidden: restricted. --reveal shows it; --who and --why are kept."


def as_json(thing: object) -> str:
    """One line of JSON."""
    return json.dumps(thing, ensure_ascii=False, default=_plain)


def table(letters: Sequence[Letter]) -> str:
    """Letters as columns."""
    rows = [TITLES, *map(_cells, letters)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(TITLES) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]
    return "\n".join(lines)


def letter_as_dict(letter: Letter) -> dict[str, object]:
    """A letter for machines."""
    told = asdict(letter)
    return {"type": told.pop("kind"), **told}


def held_as_dict(message: Message, *, hidden: bool) -> dict[str, object]:
    """What a letter holds, for machines; bytes that are no text in base64."""
    if hidden:
        return {"hidden": True}
    value = None if message.value is None else _text_or_base64(message.value)
    return {
        "hidden": False,
        "key": _text_or_base64(message.key),
        "headers": [
            {
                "name": printable(name),
                **(_text_or_base64(header) if header is not None else {"text": None}),
            }
            for name, header in message.headers
        ],
        "value": value,
    }


def page(letter: Letter, message: Message, deeds: Sequence[Deed], *, hidden: bool) -> str:
    """All about one letter, for people."""
    about = {
        "letter": str(letter.id),
        "status": letter.status,
        "reason": letter.reason,
        "tries": str(letter.attempts),
        "first seen": _moment(letter.first_seen),
        "place": letter.place,
        "topic": letter.topic,
        "type": letter.kind or "-",
        "size": f"{letter.size} bytes",
    }
    lines = [f"{name:<11} {printable(value)}" for name, value in about.items()]
    lines += [
        f"{_moment(deed.at)} {deed.what} by {printable(deed.who)} ({printable(deed.why)}):"
        f" {_said(deed.outcome, deed.reason)}"
        for deed in deeds
    ]
    return "\n".join([*lines, *([HIDDEN] if hidden else _held(message))])


def dealt_line(dealt: Dealt) -> str:
    """What became of a letter."""
    return f"{dealt.letter_id}: {_said(dealt.outcome, dealt.reason)}"


def summary(counts: Mapping[str, int], action_id: int | None) -> str:
    """What became of all."""
    told = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in counts.items() if count)
    kept = "nothing was changed (rehearsal)" if action_id is None else f"action {action_id}"
    return f"{told or 'no letter'}; {kept}"


def progress_line(progress: Progress) -> str:
    """How far a topic is."""
    unreadable = f", {progress.unreadable} unreadable left out" if progress.unreadable else ""
    return (
        f"{progress.topic}: {progress.read} read{unreadable},"
        f" {progress.applied} of {progress.keys} keys applied"
    )


def printable(text: str) -> str:
    """A text that cannot move the cursor or colour the terminal, whoever wrote it."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def _cells(letter: Letter) -> tuple[str, ...]:
    cells = (
        str(letter.id),
        _moment(letter.first_seen),
        letter.topic.removeprefix("passerelle."),
        letter.kind or "-",
        str(letter.attempts),
        letter.status,
        letter.reason,
    )
    return tuple(map(printable, cells))


def _held(message: Message) -> list[str]:
    headers = [f"  {printable(name)}: {_shown(value)}" for name, value in message.headers]
    value = "-" if message.value is None else _shown(message.value)
    return [
        f"key         {_shown(message.key) or '-'}",
        "headers",
        *headers,
        f"value       {value}",
    ]


def _shown(value: bytes | None) -> str:
    return "-" if value is None else printable(value.decode("utf-8", "backslashreplace"))


def _said(outcome: str, reason: str) -> str:
    said = OUTCOMES.get(outcome, outcome)
    return f"{said} ({printable(reason)})" if reason else said


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _text_or_base64(value: bytes) -> dict[str, str]:
    try:
        return {"text": value.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _plain(thing: object) -> str:
    return thing.isoformat() if isinstance(thing, datetime) else str(thing)
