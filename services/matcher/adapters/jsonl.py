"""Needs, capabilities and judgements from files of one JSON object a line, leniently."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from services.matcher.domain.capability import Capability, Output
from services.matcher.domain.language import language_of
from services.matcher.domain.need import Need, Place


def _text(value: object) -> object:
    return "" if value is None else value


def _list(value: object) -> object:
    if value is None:
        return ()
    return [piece.strip() for piece in value.split(",")] if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]
Id = Annotated[str, Field(pattern=r"^\S+$")]


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class _Identified(_Line):
    id: Id

    @property
    def key(self) -> str:
        """What no other line of the file may have."""
        return self.id


class OutputLine(_Line):
    """An output, as an object or as its title alone."""

    title: str
    abstract: Text = ""
    year: int | None = None
    url: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _from_title(cls, value: object) -> object:
        return {"title": value} if isinstance(value, str) else value


class CapabilityLine(_Identified):
    """A capability; it must say something: a title, a summary, keywords or outputs."""

    title: Text = ""
    summary: Text = ""
    keywords: Texts = ()
    outputs: Annotated[tuple[OutputLine, ...], BeforeValidator(lambda v: v or ())] = ()
    disciplines: Texts = ()
    sdgs: Annotated[tuple[int, ...], BeforeValidator(lambda v: v or ())] = ()
    modes: Texts = ()
    city: Text = ""
    region: Text = ""
    language: Text = ""

    def thing(self) -> Capability:
        """The capability that the line describes."""
        titles = [output.title for output in self.outputs]
        return Capability(
            capability_id=self.id,
            title=self.title,
            summary=self.summary,
            keywords=self.keywords,
            outputs=tuple(Output(o.title, o.abstract, o.year, o.url) for o in self.outputs),
            disciplines=self.disciplines,
            sdgs=self.sdgs,
            modes=self.modes,
            place=Place(self.city, self.region),
            language=_spoken(self.language, self.title, self.summary, *titles),
        )

    @model_validator(mode="after")
    def _says_something(self) -> "CapabilityLine":
        titles = (output.title for output in self.outputs)
        if not any(text.strip() for text in (self.title, self.summary, *self.keywords, *titles)):
            raise ValueError("no text: give a title, a summary, keywords or outputs")
        return self


class NeedLine(_Identified):
    """A need; it must say something: a title, a description, expectations or questions."""

    title: Text = ""
    description: Text = ""
    expectations: Text = ""
    language: Text = ""
    themes: Texts = ()
    modes: Texts = ()
    city: Text = ""
    region: Text = ""
    organisation: Text = ""
    questions: Annotated[tuple[str, ...], BeforeValidator(lambda v: v or ())] = ()
    subjects: Texts = ()

    def thing(self) -> Need:
        """The need that the line describes; its organisation is never quoted."""
        return Need(
            need_id=self.id,
            title=self.title,
            description=self.description,
            expectations=self.expectations,
            language=_spoken(self.language, self.title, self.description, self.expectations),
            themes=self.themes,
            modes=self.modes,
            place=Place(self.city, self.region),
            questions=tuple(question for question in self.questions if question.strip()),
            subjects=self.subjects,
            withheld=(self.organisation, self.organisation.partition(",")[0]),
        )

    @model_validator(mode="after")
    def _says_something(self) -> "NeedLine":
        texts = (self.title, self.description, self.expectations, *self.questions)
        if not any(text.strip() for text in texts):
            raise ValueError("no text: give a title, a description, expectations or questions")
        return self


class JudgementLine(_Line):
    """How well a capability answers a need: 3 = call them first ... 0."""

    need: Id
    cap: Id
    grade: int = Field(ge=0, le=3)

    @property
    def key(self) -> str:
        """What no other line of the file may have."""
        return f"{self.need} {self.cap}"


Line = TypeVar("Line", NeedLine, CapabilityLine, JudgementLine)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out, and why."""

    number: int
    field: str
    problem: str

    @property
    def text(self) -> str:
        """Where, and what is wrong, in one line."""
        where = f"line {self.number}, {self.field}" if self.field else f"line {self.number}"
        return f"{where}: {self.problem}"


def read_lines(path: Path, kind: type[Line], report: Callable[[BadLine], None]) -> Iterator[Line]:
    """The good lines of a file; each bad one, and each id met before, is reported.

    Raises:
        OSError: The file cannot be read.
    """
    met: dict[str, int] = {}
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            line = raw.removeprefix(b"\xef\xbb\xbf").strip()
            if not line:
                continue
            try:
                found = kind.model_validate_json(line)
            except ValidationError as error:
                report(_bad_line(number, error))
                continue
            if found.key in met:
                report(BadLine(number, "id", f"{found.key} was on line {met[found.key]} already"))
                continue
            met[found.key] = number
            yield found


def _bad_line(number: int, error: ValidationError) -> BadLine:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(step) for step in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        problem = "must not be empty or contain spaces"
    return BadLine(number, field, problem)


def _spoken(given: str, *texts: str) -> str:
    return given if given in {"fr", "en"} else language_of(" ".join(texts), otherwise="fr")
