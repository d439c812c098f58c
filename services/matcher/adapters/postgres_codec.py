"""Needs, capabilities and representations as PostgreSQL keeps them."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from services.matcher.application.store_ports import Grounds
from services.matcher.domain.capability import Capability, parts_of
from services.matcher.domain.need import Need
from services.matcher.domain.representation import (
    CapabilityRepresentation,
    NeedRepresentation,
    Stems,
)
from services.matcher.domain.vectors import Matrix, Vector
from shared.contracts.vocabularies import sdgs_of

NEED = TypeAdapter(Need)
CAPABILITY = TypeAdapter(Capability)
GROUNDS = TypeAdapter(Grounds)
FLOATS = np.dtype("<f4")
DIMENSIONS = 384

Row = Mapping[str, Any]


def need_as_json(need: Need) -> str:
    """A need as JSON."""
    return NEED.dump_json(need).decode()


def capability_as_json(capability: Capability) -> str:
    """A capability as JSON."""
    return CAPABILITY.dump_json(capability).decode()


def digest_of(content: Need | Capability) -> str:
    """Changes whenever a representation has to be made again."""
    known = NEED.dump_json(content) if isinstance(content, Need) else CAPABILITY.dump_json(content)
    return blake2b(known, digest_size=16).hexdigest()


def vector_as_text(vector: Vector) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(map(str, vector.tolist()))}]"


def rows_as_bytes(*rows: Matrix | Vector) -> bytes:
    """Rows of vectors, one under the other."""
    return np.vstack(rows).astype(FLOATS).tobytes()


def stems_as_arrays(stems: Stems) -> tuple[list[str], list[int]]:
    """Stems and how often each occurs."""
    return list(stems), list(stems.values())


def capability_from(row: Row) -> CapabilityRepresentation:
    """A capability's representation, from its row joined with what was told."""
    capability = CAPABILITY.validate_json(row["content"])
    vectors = _rows(row)
    return CapabilityRepresentation(
        capability, row["model"], vectors[0], parts_of(capability), vectors[1:], _stems(row)
    )


def need_from(row: Row) -> NeedRepresentation:
    """A need's representation, from its row joined with what was told."""
    need = NEED.validate_json(row["content"])
    whole, asked, spans = np.split(_rows(row), [1, 1 + row["questions"]])
    return NeedRepresentation(
        need,
        row["model"],
        whole[0],
        asked,
        _stems(row),
        tuple(row["spans"]),
        spans,
        sdgs_of(need.themes),
    )


def _rows(row: Row) -> Matrix:
    found = np.frombuffer(row["vectors"], dtype=FLOATS)
    return found.reshape(-1, DIMENSIONS).astype(np.float32)


def _stems(row: Row) -> Stems:
    return dict(zip(row["stems"], row["counts"], strict=True))
