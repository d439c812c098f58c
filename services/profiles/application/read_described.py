"""What is known of what a need is about: said by people, read by the matcher."""

from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.describe_need import (
    AtTerminal,
    Author,
    Invited,
    described_by,
    facilitator_named,
)
from services.profiles.application.ports import Begin
from services.profiles.domain.need import Need
from services.profiles.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class Described:
    """A need, and what the matcher read in it."""

    need: Need
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class ListDescribed:
    """Show facilitators the published needs, the newest first; changes nothing."""

    look: Begin

    async def __call__(self, author: Invited | AtTerminal, *, at_most: int) -> list[Described]:
        async with self.look() as transaction:
            await facilitator_named(transaction, author)
            needs = await transaction.needs.published(at_most=at_most)
            readings = await transaction.readings.of(need.id for need in needs)
        return [Described(need, readings.get(need.id)) for need in needs]


@dataclass(frozen=True, slots=True)
class ReadDescribed:
    """Show an author what is known of a need; changes nothing."""

    look: Begin

    async def __call__(self, author: Author, need_id: UUID) -> Described:
        async with self.look() as transaction:
            need = await described_by(transaction, author, need_id)
            readings = await transaction.readings.of([need_id])
        return Described(need, readings.get(need_id))
