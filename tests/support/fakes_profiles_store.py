"""The profiles service's store in memory: an exception takes everything back."""

import copy
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.profiles.application.ports import Begin, Deed, Due, Transaction
from services.profiles.domain import capability as capabilities
from services.profiles.domain import need as needs
from services.profiles.domain.capability import Capability
from services.profiles.domain.facilitator import Facilitator
from services.profiles.domain.need import Need
from services.profiles.domain.party import Contact, Party, Side
from services.profiles.domain.progress import Proposal
from services.profiles.domain.reading import Reading
from shared.contracts.delivery import UnavailableError
from shared.contracts.event import Event, Tombstone


class Memory:
    """All ports in memory; an exception in a transaction takes everything back."""

    def __init__(self) -> None:
        self.parties: dict[UUID, Party] = {}
        self.addresses: dict[tuple[Side, str], UUID] = {}
        self.needs: dict[UUID, Need] = {}
        self.capabilities: dict[UUID, Capability] = {}
        self.proposals: dict[UUID, Proposal] = {}
        self.watch: dict[UUID, tuple[datetime | None, datetime | None]] = {}
        self.readings: dict[UUID, Reading] = {}
        self.facilitators: dict[UUID, Facilitator] = {}
        self.deeds: list[Deed] = []
        self.told: list[Event | Tombstone] = []
        self.erased: set[str] = set()
        self.is_away = False
        self.is_blind = False

    @property
    def begin(self) -> Begin:
        """Transactions that write."""

        @asynccontextmanager
        async def begin() -> AsyncGenerator[Transaction, None]:
            if self.is_away:
                raise UnavailableError("the database")
            kept = {name: copy.copy(value) for name, value in self.__dict__.items()}
            try:
                yield self._ports()
            except BaseException:
                self.__dict__.update(kept)
                raise

        return begin

    @property
    def look(self) -> Begin:
        """Transactions in which writing is an error."""

        @asynccontextmanager
        async def look() -> AsyncGenerator[Transaction, None]:
            kept = {name: copy.copy(value) for name, value in self.__dict__.items()}
            async with self.begin() as transaction:
                yield transaction
            assert kept == self.__dict__, "looking has written"

        return look

    def _ports(self) -> Transaction:
        return Transaction(
            parties=MemoryParties(self),
            needs=MemoryNeeds(self),
            capabilities=MemoryCapabilities(self),
            proposals=MemoryProposals(self),
            watch=MemoryWatch(self),
            readings=MemoryReadings(self),
            facilitators=MemoryFacilitators(self),
            facilitation=MemoryFacilitation(self),
            outbox=MemoryLog(self),
        )


@dataclass
class MemoryParties:
    store: Memory

    async def add(self, party: Party) -> bool:
        address = (party.side, party.contact.email_key)
        if address in self.store.addresses or party.id in self.store.parties:
            return False
        self.store.parties[party.id] = party
        self.store.addresses[address] = party.id
        return True

    async def get(self, party_id: UUID) -> Party | None:
        return self.store.parties.get(party_id)

    async def at(self, email_key: str, sides: Iterable[Side] = tuple(Side)) -> list[Party]:
        ids = [self.store.addresses.get((side, email_key)) for side in sorted(sides)]
        return [self.store.parties[party_id] for party_id in ids if party_id]

    async def save(self, party: Party) -> None:
        self.store.parties[party.id] = party

    async def erase(self, party_id: UUID) -> None:
        party = self.store.parties[party_id]
        del self.store.addresses[party.side, party.contact.email_key]
        nobody = Contact("", "", "", "", "fr")
        self.store.parties[party_id] = replace(party, contact=nobody, version=party.version + 1)

    async def remove(self, party_id: UUID) -> None:
        party = self.store.parties.pop(party_id)
        del self.store.addresses[party.side, party.contact.email_key]


@dataclass
class MemoryNeeds:
    store: Memory

    async def add(self, need: Need) -> bool:
        new = need.id not in self.store.needs
        self.store.needs.setdefault(need.id, need)
        return new

    async def get(self, need_id: UUID) -> Need | None:
        return None if self.store.is_blind else self.store.needs.get(need_id)

    async def of(self, party_id: UUID) -> list[Need]:
        own = [need for need in self.store.needs.values() if need.party_id == party_id]
        return sorted(own, key=lambda need: (-need.submitted_at.timestamp(), need.id))

    async def published(self, *, at_most: int) -> list[Need]:
        found = [n for n in self.store.needs.values() if isinstance(n.life, needs.Published)]
        newest = sorted(found, key=lambda n: n.published_at or n.submitted_at, reverse=True)
        return newest[:at_most]

    async def save(self, need: Need) -> None:
        self.store.needs[need.id] = need

    async def unconfirmed(self, *, asked_before: datetime) -> list[Due]:
        return [
            Due(need.id, need.party_id)
            for need in self.store.needs.values()
            if isinstance(need.life, needs.Submitted) and need.life.asked_at <= asked_before
        ]

    async def remove(self, need_id: UUID) -> None:
        del self.store.needs[need_id]


@dataclass
class MemoryCapabilities:
    store: Memory

    async def add(self, capability: Capability) -> bool:
        new = capability.id not in self.store.capabilities
        self.store.capabilities.setdefault(capability.id, capability)
        return new

    async def get(self, capability_id: UUID) -> Capability | None:
        return None if self.store.is_blind else self.store.capabilities.get(capability_id)

    async def of(self, party_id: UUID) -> list[Capability]:
        own = [c for c in self.store.capabilities.values() if c.party_id == party_id]
        return sorted(own, key=lambda c: (-c.submitted_at.timestamp(), c.id))

    async def save(self, capability: Capability) -> None:
        self.store.capabilities[capability.id] = capability

    async def unconfirmed(self, *, asked_before: datetime) -> list[Due]:
        return [
            Due(c.id, c.party_id)
            for c in self.store.capabilities.values()
            if isinstance(c.life, capabilities.Submitted) and c.life.asked_at <= asked_before
        ]

    async def remove(self, capability_id: UUID) -> None:
        del self.store.capabilities[capability_id]


@dataclass
class MemoryProposals:
    store: Memory

    async def get(self, proposal_id: UUID, *, need_id: UUID, capability_id: UUID) -> Proposal:
        new = Proposal(proposal_id, need_id, capability_id)
        return self.store.proposals.setdefault(proposal_id, new)

    async def save(self, proposal: Proposal) -> None:
        self.store.proposals[proposal.id] = proposal

    async def for_needs(self, need_ids: Iterable[UUID]) -> list[Proposal]:
        wanted = set(need_ids)
        return [p for p in self.store.proposals.values() if p.need_id in wanted]

    async def for_capabilities(self, capability_ids: Iterable[UUID]) -> list[Proposal]:
        wanted = set(capability_ids)
        return [p for p in self.store.proposals.values() if p.capability_id in wanted]


@dataclass
class MemoryWatch:
    store: Memory

    async def proposed(self, need_id: UUID, at: datetime) -> None:
        before, unmatched = self.store.watch.get(need_id, (None, None))
        self.store.watch[need_id] = (max(before or at, at), unmatched)

    async def unmatched(self, need_id: UUID, at: datetime) -> None:
        proposed, before = self.store.watch.get(need_id, (None, None))
        self.store.watch[need_id] = (proposed, max(before or at, at))

    async def since(self, need_ids: Iterable[UUID]) -> Mapping[UUID, datetime]:
        known = {one: self.store.watch.get(one, (None, None)) for one in need_ids}
        return {
            need_id: unmatched
            for need_id, (proposed, unmatched) in known.items()
            if unmatched and (proposed is None or unmatched >= proposed)
        }

    async def erase(self, need_id: UUID) -> None:
        self.store.watch.pop(need_id, None)


@dataclass
class MemoryReadings:
    store: Memory

    async def hear(self, reading: Reading) -> None:
        known = self.store.readings.get(reading.need_id)
        if known is None or known.place < reading.place:
            self.store.readings[reading.need_id] = reading

    async def erase(self, need_id: UUID) -> None:
        self.store.readings.pop(need_id, None)

    async def of(self, need_ids: Iterable[UUID]) -> Mapping[UUID, Reading]:
        wanted = set(need_ids)
        return {key: one for key, one in self.store.readings.items() if key in wanted}


@dataclass
class MemoryFacilitators:
    store: Memory

    async def invite(self, facilitator_id: UUID, name: str) -> Facilitator:
        new = Facilitator(facilitator_id, name)
        return self.store.facilitators.setdefault(facilitator_id, new)

    async def get(self, facilitator_id: UUID) -> Facilitator | None:
        return self.store.facilitators.get(facilitator_id)

    async def revoke(self, facilitator_id: UUID) -> bool:
        known = self.store.facilitators.get(facilitator_id)
        if known:
            changed = replace(known, epoch=known.epoch + 1)
            self.store.facilitators[facilitator_id] = changed
        return known is not None


@dataclass
class MemoryFacilitation:
    store: Memory

    async def record(self, deed: Deed) -> None:
        self.store.deeds.append(deed)

    async def of(self, need_id: UUID) -> list[Deed]:
        return [deed for deed in self.store.deeds if deed.need_id == need_id]


@dataclass
class MemoryLog:
    store: Memory

    async def put(self, event: Event | Tombstone) -> None:
        if isinstance(event, Tombstone):
            self.store.erased.add(event.key)
            self.store.told = [told for told in self.store.told if told.key != event.key]
        if event.id not in {told.id for told in self.store.told}:
            self.store.told.append(event)

    async def has_erased(self, key: UUID) -> bool:
        return str(key) in self.store.erased
