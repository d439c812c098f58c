"""Needs and capabilities ready to be compared, with sensible contents."""

from collections.abc import Sequence

import numpy as np

from services.matcher.domain.capability import Capability, Part, PartKind
from services.matcher.domain.match import Contribution
from services.matcher.domain.need import Need
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.vectors import Matrix

EAST, NORTH, UP = np.eye(3, dtype=np.float32)
NONE: Matrix = np.zeros((0, 3), dtype=np.float32)


def a_need(title: str = "L'eau du puits", **fields: object) -> Need:
    return Need(**{"need_id": "need-1", "title": title, **fields})  # type: ignore[arg-type]


def a_capability(title: str = "Chimie de l'eau", **fields: object) -> Capability:
    known = {"capability_id": "cap-1", "title": title, **fields}
    return Capability(**known)  # type: ignore[arg-type]


def a_represented_need(
    need: Need | None = None,
    spans: Sequence[str] = (),
    span_vectors: Matrix = NONE,
    questions: Matrix = NONE,
    sdgs: Sequence[int] = (),
) -> NeedRepresentation:
    return NeedRepresentation(
        need or a_need(),
        "1",
        EAST,
        questions,
        {"eau": 1},
        tuple(spans),
        span_vectors,
        frozenset(sdgs),
    )


def a_represented_capability(
    capability: Capability | None = None, quotes: Sequence[str] = (), vectors: Matrix = NONE
) -> CapabilityRepresentation:
    parts = tuple(Part(PartKind.SENTENCE, quote, quote) for quote in quotes)
    return CapabilityRepresentation(
        capability or a_capability(), "1", EAST, parts, vectors, {"eau": 2, "chim": 1}
    )


def contributions(**added: float) -> tuple[Contribution, ...]:
    return tuple(Contribution(name, 0.5, gain) for name, gain in added.items())
