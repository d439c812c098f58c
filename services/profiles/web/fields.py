"""What a form sent, read field by field; what is wrong is kept beside what was typed."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast
from urllib.parse import parse_qs
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGEST_BODY = 300_000
MOST_FIELDS = 300
LONGEST_LINE = 200
LONGEST_PHONE = 30
FEWEST_DIGITS, MOST_DIGITS = 6, 15
FARTHEST = timedelta(days=365 * 10)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_PHONE = re.compile(r"[+\d\s().\-/]+")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field: a word of the catalogue, and values for its sentence."""

    kind: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Fields:
    """What was typed, and what is wrong with it so far."""

    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What was typed in a field, cleaned."""
        return (self.typed.get(name) or [""])[0]

    def has(self, name: str, option: str) -> bool:
        """Whether an option was chosen."""
        return option in self.typed.get(name, ())

    def line(self, name: str, *, most: int = LONGEST_LINE, required: bool = True) -> str:
        """One line of text."""
        return self.prose(name, most=most, required=required).replace("\n", " ")

    def prose(self, name: str, *, most: int, required: bool = True) -> str:
        """Text of several lines."""
        text = self.value(name)
        if required and not text:
            self._wrong(name, "required")
        if len(text) > most:
            self._wrong(name, "too_long", most=most, n=len(text) - most)
        return text

    def lines(self, name: str, *, most: int, each: int) -> tuple[str, ...]:
        """Several texts, one a line, perhaps none."""
        lines = tuple(line.strip() for line in self.value(name).split("\n") if line.strip())
        if len(lines) > most:
            self._wrong(name, "too_many", most=most)
        if any(len(line) > each for line in lines):
            self._wrong(name, "line_too_long", most=each)
        return lines

    def email(self, name: str) -> str:
        """An address that could exist; whether it does, its owner confirms."""
        text = self.line(name)
        if not text:
            return ""
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            self._wrong(name, "invalid")
            return ""

    def phone(self, name: str) -> str:
        """A telephone number, or nothing."""
        text = self.line(name, most=LONGEST_PHONE, required=False)
        digits = sum(letter.isdigit() for letter in text)
        if text and not (_PHONE.fullmatch(text) and FEWEST_DIGITS <= digits <= MOST_DIGITS):
            self._wrong(name, "invalid")
        return text

    def one_of(self, name: str, allowed: Collection[str]) -> str:
        """One of several options."""
        chosen = self.value(name)
        if chosen not in allowed:
            self._wrong(name, "required")
        return chosen

    def some_of(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Any of several options; one that nobody offered is left out."""
        return tuple(option for option in allowed if self.has(name, option))

    def day(self, name: str, *, today: date) -> date | None:
        """A day to come, or none; as a calendar sends it, or as people type it."""
        text = self.value(name)
        if not text:
            return None
        day = _day(text)
        if day is None:
            self._wrong(name, "invalid")
        elif not today <= day <= today + FARTHEST:
            self._wrong(name, "past" if day < today else "far")
        return day

    def number(self, name: str, *, least: int, most: int, default: int) -> int:
        """A whole number; nothing typed is the default."""
        text = self.value(name) or str(default)
        if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or not least <= int(text) <= most:
            self._wrong(name, "out_of_range", least=least, most=most)
            return default
        return int(text)

    def tick(self, name: str, *, required: bool = False) -> bool:
        """Whether a box was ticked."""
        ticked = bool(self.value(name))
        if required and not ticked:
            self._wrong(name, "required")
        return ticked

    def form_id(self) -> UUID | None:
        """The id that the form was given when it was shown."""
        try:
            return UUID(self.value("form_id"))
        except ValueError:
            return None

    def _wrong(self, name: str, kind: str, **values: object) -> None:
        self.problems.setdefault(name, Problem(kind, values))


async def read_fields(request: Request) -> Fields:
    """What a request's form sent (URL-encoded).

    Raises:
        HTTPException: 413 where it is larger than any form of ours can be, 400 where it is none.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413)
    try:
        sent = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError as bad:
        raise HTTPException(400) from bad
    return fields_from(cast("Mapping[str, Sequence[str]]", sent))


def fields_from(sent: Mapping[str, Sequence[str]]) -> Fields:
    """Fields as sent, without what nobody types."""
    return Fields({name: [clean(value) for value in values] for name, values in sent.items()})


def clean(text: str) -> str:
    """Composed characters, plain line ends, no control characters, no space around."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", plain).strip()


def _day(text: str) -> date | None:
    typed = _DAY.fullmatch(text)
    try:
        if typed:
            day, month, year = map(int, typed.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        return None
