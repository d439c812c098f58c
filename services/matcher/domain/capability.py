"""A capability, as the matcher knows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.matcher.domain.need import NOWHERE, Place, joined
from services.matcher.domain.texts import sentences

MOST_SENTENCES = 16
MOST_OUTPUTS = 16
ABSTRACT_CHARACTERS = 300
# What an output loses a year, and what is left of the oldest: interests move, competence stays.
FADING, FADED = 0.02, 0.8


@dataclass(frozen=True, slots=True)
class Output:
    """A publication or another result."""

    title: str
    abstract: str = ""
    year: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Capability:
    """What a researcher or a team can bring."""

    capability_id: str
    title: str = ""
    summary: str = ""
    keywords: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    disciplines: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    modes: tuple[str, ...] = ()
    place: Place = NOWHERE
    language: str = "fr"

    @property
    def outline(self) -> str:
        """Title, keywords and titles of outputs: the whole, in few words."""
        titles = [output.title for output in recent(self.outputs)]
        outline = joined(self.title, ", ".join(self.keywords), *titles)
        return outline or self.summary

    @property
    def texts(self) -> list[str]:
        """Everything that is known of it, text by text: each may be in its own language."""
        outputs = [joined(output.title, output.abstract) for output in self.outputs]
        return [self.title, self.summary, ", ".join(self.keywords), *outputs]


class PartKind(StrEnum):
    """Where a part of a capability comes from."""

    TITLE = "title"
    KEYWORDS = "keywords"
    SENTENCE = "sentence"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a capability that can fit a need by itself.

    Attributes:
        text: What is compared with the need.
        quote: What may be quoted: the title alone for an output.
        weight: From 0 to 1; older outputs weigh less than the latest.
    """

    kind: PartKind
    text: str
    quote: str
    weight: float = 1.0


def recent(outputs: tuple[Output, ...]) -> list[Output]:
    """The latest outputs, dated ones first; the given order among equals."""
    return sorted(outputs, key=lambda output: -(output.year or 0))[:MOST_OUTPUTS]


def parts_of(capability: Capability) -> tuple[Part, ...]:
    """The parts of a capability: title, sentences of the summary (or the keywords), outputs."""
    return tuple(part for part in _parts(capability) if part.text)


def _parts(capability: Capability) -> Iterator[Part]:
    title, keywords = capability.title.strip(), ", ".join(capability.keywords)
    yield Part(PartKind.TITLE, title, title)
    if not capability.summary.strip():
        yield Part(PartKind.KEYWORDS, keywords, keywords)
    for sentence in sentences(capability.summary)[:MOST_SENTENCES]:
        yield Part(PartKind.SENTENCE, sentence, sentence)
    outputs = recent(capability.outputs)
    for output in outputs:
        text = joined(output.title, output.abstract[:ABSTRACT_CHARACTERS])
        weight = _weight(output, outputs[0])
        yield Part(PartKind.OUTPUT, text if output.abstract else output.title, output.title, weight)


def _weight(output: Output, latest: Output) -> float:
    """One for the latest and the undated ones; others fade with the years between."""
    years = latest.year - output.year if latest.year and output.year else 0
    return max(FADED, 1 - FADING * years)
