"""The judged sample: what models are learned from and measured on."""

from dataclasses import dataclass
from pathlib import Path

from services.matcher.adapters.jsonl import (
    BadLine,
    CapabilityLine,
    JudgementLine,
    Line,
    NeedLine,
    read_lines,
)
from services.matcher.adapters.trec import Grades
from services.matcher.domain.capability import Capability
from services.matcher.domain.need import Need


@dataclass(frozen=True, slots=True)
class Sample:
    """Needs as typed and as read by someone, capabilities, and judgements of their pairs.

    Attributes:
        not_research: Texts that ask for no research: advertisements, grants, lawsuits, errands.
    """

    raw: list[Need]
    read: list[Need]
    capabilities: list[Capability]
    grades: Grades
    not_research: tuple[str, ...] = ()


def read_sample(folder: Path) -> Sample:
    """Read the sample data.

    Raises:
        OSError: A file cannot be read.
        ValueError: A line is wrong; the message says which.
    """
    return Sample(
        [line.thing() for line in _lines(folder / "needs.jsonl", NeedLine)],
        [line.thing() for line in _lines(folder / "needs_read.jsonl", NeedLine)],
        [line.thing() for line in _lines(folder / "capabilities.jsonl", CapabilityLine)],
        grades_of(_lines(folder / "qrels.jsonl", JudgementLine)),
        _texts(folder / "not_research.txt"),
    )


def grades_of(lines: list[JudgementLine]) -> Grades:
    """Judgements by need and capability."""
    grades: Grades = {}
    for line in lines:
        grades.setdefault(line.need, {})[line.cap] = line.grade
    return grades


def _texts(path: Path) -> tuple[str, ...]:
    return tuple(line for line in path.read_text("utf-8").splitlines() if line.strip())


def _lines(path: Path, kind: type[Line]) -> list[Line]:
    def refuse(bad: BadLine) -> None:
        raise ValueError(f"{path.name} {bad.text}")

    return list(read_lines(path, kind, refuse))
