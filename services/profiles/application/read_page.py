"""What a party sees on its personal page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.profiles.application.admit import Visitor, admitted
from services.profiles.application.ports import Begin, Transaction
from services.profiles.domain.capability import Capability
from services.profiles.domain.need import Need
from services.profiles.domain.party import Party
from services.profiles.domain.progress import Proposal, Step, steps
from services.profiles.domain.reading import Reading
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class NeedStanding:
    """A need, its way so far, and what the matcher read in it."""

    need: Need
    steps: Sequence[Step]
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class CapabilityStanding:
    """A capability and what came of it: proposals received, still open, introductions."""

    capability: Capability
    received: int
    open: int
    introduced: int


@dataclass(frozen=True, slots=True)
class Page:
    """A personal page."""

    party: Party
    needs: Sequence[NeedStanding]
    capabilities: Sequence[CapabilityStanding]
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Show a party its own, never who is on the other side or who refused."""

    look: Begin
    clock: Clock

    async def __call__(self, visitor: Visitor) -> Page:
        async with self.look() as transaction:
            party = await admitted(transaction, visitor)
            return Page(
                party=party,
                needs=await _needs(transaction, party),
                capabilities=await _capabilities(transaction, party),
                at=self.clock(),
            )


async def _needs(transaction: Transaction, party: Party) -> list[NeedStanding]:
    needs = await transaction.needs.of(party.id)
    proposals = await transaction.proposals.for_needs(need.id for need in needs)
    watched = await transaction.watch.since(need.id for need in needs)
    readings = await transaction.readings.of(need.id for need in needs)
    return [
        NeedStanding(
            need,
            steps(
                need,
                [proposal for proposal in proposals if proposal.need_id == need.id],
                unmatched_at=watched.get(need.id),
            ),
            readings.get(need.id),
        )
        for need in needs
    ]


async def _capabilities(transaction: Transaction, party: Party) -> list[CapabilityStanding]:
    capabilities = await transaction.capabilities.of(party.id)
    proposals = await transaction.proposals.for_capabilities(c.id for c in capabilities)
    return [
        _standing(capability, [p for p in proposals if p.capability_id == capability.id])
        for capability in capabilities
    ]


def _standing(capability: Capability, proposals: Sequence[Proposal]) -> CapabilityStanding:
    return CapabilityStanding(
        capability,
        received=sum(p.research_sent_at is not None for p in proposals),
        open=sum(p.is_open for p in proposals),
        introduced=sum(p.introduced_at is not None for p in proposals),
    )
