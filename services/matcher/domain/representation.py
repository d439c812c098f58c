"""What the matcher computes once of a text and keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.matcher.domain.capability import Capability, Part
from services.matcher.domain.need import Need
from services.matcher.domain.vectors import Matrix, Vector

Stems = Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class CapabilityRepresentation:
    """A capability ready to be compared.

    Attributes:
        version: Embedder and centring; representations of two versions must not be compared.
        whole: Centred vector of the outline, shape (dimensions,), length one.
        part_vectors: Centred vectors of the parts, shape (parts, dimensions).
        stems: How often each stem occurs in its texts.
    """

    capability: Capability
    version: str
    whole: Vector
    parts: tuple[Part, ...]
    part_vectors: Matrix
    stems: Stems


@dataclass(frozen=True, slots=True, eq=False)
class NeedRepresentation:
    """A need ready to be compared.

    Attributes:
        whole: Centred vector of its text.
        question_vectors: Centred vectors of its questions, shape (questions, dimensions).
        spans: Sentences of its title, description and expectations that may be quoted.
        span_vectors: Their centred vectors; empty when no explanation was asked for.
        sdgs: The development goals that its themes stand for.
    """

    need: Need
    version: str
    whole: Vector
    question_vectors: Matrix
    stems: Stems
    spans: tuple[str, ...]
    span_vectors: Matrix
    sdgs: frozenset[int]
