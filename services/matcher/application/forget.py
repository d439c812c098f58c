"""Forgetting a need or a capability that was erased."""

from dataclasses import dataclass
from uuid import UUID

from services.matcher.application.store_ports import Agenda, Facts
from shared.contracts.event import Tombstone
from shared.contracts.topics import NEEDS


@dataclass(frozen=True, slots=True)
class Forget:
    """Remove what was kept, and have needs that lose a proposal looked at."""

    facts: Facts
    agenda: Agenda

    async def __call__(self, erased: Tombstone) -> None:
        """Forget for ever: what is heard later about the same key changes nothing."""
        if erased.topic == NEEDS.name:
            await self.facts.forget_need(UUID(erased.key))
        else:
            await self.agenda.mark(await self.facts.forget_capability(UUID(erased.key)))
