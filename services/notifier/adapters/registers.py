"""Registers and reasons as JSON, and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from services.notifier.domain.people import Reason, Why
from services.notifier.domain.register import (
    Accept,
    Accepted,
    Answer,
    Asking,
    Decline,
    Declined,
    Expired,
    Held,
    Later,
    NotAsked,
    Pending,
    Postponed,
    Register,
    State,
)

STATES: Mapping[str, type[State]] = {
    "not_asked": NotAsked,
    "asking": Asking,
    "pending": Pending,
    "later": Postponed,
    "accepted": Accepted,
    "declined": Declined,
    "expired": Expired,
}
ANSWERS: Mapping[str, type[Answer]] = {"accepted": Accept, "declined": Decline, "later": Later}
NAMES: Mapping[type, str] = {kind: name for name, kind in (*STATES.items(), *ANSWERS.items())}
READERS: Mapping[str, Callable[[str], date]] = {
    "at": datetime.fromisoformat,
    "asked_at": datetime.fromisoformat,
    "until": date.fromisoformat,
}


def register_to_json(register: Register) -> str:
    """A register as stored."""
    stored = _tagged("state", register.state)
    if register.held is not None:
        answer = _tagged("answer", register.held.answer)
        stored["held"] = {**answer, "effective_at": register.held.effective_at.isoformat()}
    return json.dumps(stored)


def register_from_json(text: str) -> Register:
    """A register as it was stored."""
    stored = json.loads(text)
    held = stored.pop("held", None)
    state = _untagged(STATES, stored.pop("state"), stored)
    if held is None:
        return Register(state)
    effective_at = datetime.fromisoformat(held.pop("effective_at"))
    return Register(state, Held(_untagged(ANSWERS, held.pop("answer"), held), effective_at))


def why_to_json(why: Why) -> str:
    """Why a proposal was made, as stored."""
    return json.dumps(asdict(why), ensure_ascii=False)


def why_from_json(text: str) -> Why:
    """Why a proposal was made."""
    stored = json.loads(text)
    return Why(
        score=stored["score"],
        grade=stored["grade"],
        model_version=stored["model_version"],
        wave=stored["wave"],
        reasons=tuple(Reason(**reason) for reason in stored["reasons"]),
        contributions=tuple((f, v, c) for f, v, c in stored["contributions"]),
    )


def _tagged(tag: str, value: State | Answer) -> dict[str, Any]:
    fields = {
        name: field.isoformat() if isinstance(field, date) else field
        for name, field in asdict(value).items()
    }
    return {tag: NAMES[type(value)], **fields}


def _untagged(kinds: Mapping[str, type[Any]], name: str, fields: dict[str, Any]) -> Any:  # noqa: ANN401  # one of `kinds`
    values = {k: READERS[k](v) if k in READERS else v for k, v in fields.items()}
    return kinds[name](**values)
