"""Rows of our tables to what the domain works with, and back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.profiles.domain import capability as capabilities
from services.profiles.domain import need as needs
from services.profiles.domain.capability import Capability, CapabilityFacets, CapabilityText
from services.profiles.domain.need import Need, NeedFacets, NeedText
from services.profiles.domain.party import Contact, Party, Side
from services.profiles.domain.progress import Proposal
from services.profiles.domain.reading import Question, Reading, Tick

Row = Any  # asyncpg's Record, untyped by nature
CONTACT = TypeAdapter(Contact)
NEED_TEXT = TypeAdapter(NeedText)
NEED_FACETS = TypeAdapter(NeedFacets)
TICKS = TypeAdapter(tuple[Tick, ...])
QUESTIONS = TypeAdapter(tuple[Question, ...])
CAPABILITY_TEXT = TypeAdapter(CapabilityText)
CAPABILITY_FACETS = TypeAdapter(CapabilityFacets)


def as_json(adapter: TypeAdapter[Any], value: object) -> str | None:
    """A value as JSON text; None stays None."""
    return None if value is None else adapter.dump_json(value).decode()


def party_from(row: Row) -> Party:
    """A party as its row keeps it."""
    return Party(
        id=UUID(bytes=row["id"].bytes),
        side=Side(row["side"]),
        contact=CONTACT.validate_json(row["contact"]),
        verified=row["verified"],
        epoch=row["epoch"],
        version=row["version"],
    )


def need_from(row: Row) -> Need:
    """A need as its row keeps it."""
    public = row["public_text"]
    return Need(
        **_declaration(row),
        text=NEED_TEXT.validate_json(row["text"]),
        facets=NEED_FACETS.validate_json(row["facets"]),
        life=_need_life(row["status"], row["status_at"]),
        published_at=row["published_at"],
        public_text=None if public is None else NEED_TEXT.validate_json(public),
        subjects=TICKS.validate_json(row["subjects"]),
        questions=QUESTIONS.validate_json(row["questions"]),
    )


def capability_from(row: Row) -> Capability:
    """A capability as its row keeps it."""
    public = row["public_text"]
    return Capability(
        **_declaration(row),
        text=CAPABILITY_TEXT.validate_json(row["text"]),
        facets=CAPABILITY_FACETS.validate_json(row["facets"]),
        life=_capability_life(row["status"], row["status_at"]),
        public_text=None if public is None else CAPABILITY_TEXT.validate_json(public),
    )


def proposal_from(row: Row) -> Proposal:
    """A proposal as its row keeps it."""
    return Proposal(**dict(row))


def reading_from(row: Row) -> Reading:
    """A reading as its row keeps it."""
    place = (row["need_id"], row["need_version"], row["number"])
    return Reading(*place, tuple(row["guesses"]), tuple(row["answered"]))


def status_of(  # noqa: PLR0911  # one line a state
    life: needs.NeedLife | capabilities.CapabilityLife,
) -> tuple[str, datetime | None]:
    """A life as a word and, where it has one, its moment."""
    match life:
        case needs.Submitted(at) | capabilities.Submitted(at):
            return "submitted", at
        case needs.InReview():
            return "in_review", None
        case needs.Published() | capabilities.Published():
            return "published", None
        case needs.Withdrawn(at):
            return "withdrawn", at
        case capabilities.Paused(until):
            return "paused", until
        case capabilities.Retired(at):
            return "retired", at
        case needs.Expired(at) | capabilities.Expired(at):
            return "expired", at


def _declaration(row: Row) -> dict[str, Any]:
    names = ("party_id", "language", "version", "submitted_at", "confirmed_at")
    known = {name: row[name] for name in names}
    return {**known, "id": row["id"], "declared": CONTACT.validate_json(row["declared"])}


def _need_life(status: str, at: datetime) -> needs.NeedLife:
    lives: dict[str, needs.NeedLife] = {
        "submitted": needs.Submitted(at),
        "in_review": needs.InReview(),
        "published": needs.Published(),
        "withdrawn": needs.Withdrawn(at),
        "expired": needs.Expired(at),
    }
    return lives[status]


def _capability_life(status: str, at: datetime) -> capabilities.CapabilityLife:
    lives: dict[str, capabilities.CapabilityLife] = {
        "submitted": capabilities.Submitted(at),
        "published": capabilities.Published(),
        "paused": capabilities.Paused(at),
        "retired": capabilities.Retired(at),
        "expired": capabilities.Expired(at),
    }
    return lives[status]
