"""Sample capabilities in a file of JSON lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError
from typing_extensions import override

from services.profiles.application.load_sample import Sample
from services.profiles.domain.capability import CapabilityFacets, CapabilityText, Output
from shared.contracts.needs import Mode


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no capability, and why."""

    number: int
    reason: str

    @override
    def __str__(self) -> str:
        """One sentence for whoever wrote the file."""
        return f"line {self.number} is left out: {self.reason}"


class _Output(BaseModel):
    title: str
    abstract: str = ""
    year: int | None = None


class _Line(BaseModel):
    """What a line may say; unknown fields are ignored."""

    id: str
    title: str
    name: str = ""
    institution: str = ""
    language: Literal["fr", "en"] = "fr"
    summary: str = ""
    keywords: tuple[str, ...] = ()
    outputs: tuple[str | _Output, ...] = ()
    disciplines: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    modes: tuple[Mode, ...] = ()
    city: str = ""
    region: str = ""


def read_samples(path: Path) -> Iterator[Sample | BadLine]:
    """Each line of a file, in order; empty ones are passed over."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _sample(number, line)


def _sample(number: int, line: str) -> Sample | BadLine:
    try:
        said = _Line.model_validate_json(line)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return BadLine(number, f"{place}: {first['msg']}" if place else first["msg"])
    return Sample(
        id=said.id,
        body_name=said.name or said.institution or said.title,
        language=said.language,
        text=CapabilityText(said.title, said.summary, said.keywords, _outputs(said)),
        facets=CapabilityFacets(
            said.disciplines, said.sdgs, said.modes, city=said.city, region=said.region
        ),
    )


def _outputs(said: _Line) -> tuple[Output, ...]:
    return tuple(
        Output(output)
        if isinstance(output, str)
        else Output(output.title, output.year, output.abstract)
        for output in said.outputs
    )
