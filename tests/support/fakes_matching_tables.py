"""The tables of the matcher, in memory."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from services.matcher.application.reading_ports import Reading
from services.matcher.application.store_ports import Grounds, HeardCapability, HeardNeed
from services.matcher.domain.answer import Answer
from services.matcher.domain.eligibility import Standing
from services.matcher.domain.proposal import ProposalState
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from shared.contracts.event import Event, Tombstone

Told = Event | Tombstone
Kind = TypeVar("Kind", bound=Told)


@dataclass
class Marks:
    marked: int = 0
    settled: int = 0
    look_again_at: datetime | None = None


@dataclass
class Row:
    proposal_id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID
    wave: int
    state: ProposalState
    at: datetime
    silent_at: datetime | None = None
    grounds: Grounds | None = None
    answer: Answer | None = None


@dataclass
class Tables:
    """All that is kept; desks work on it directly, and nothing is rolled back."""

    needs: dict[UUID, HeardNeed] = field(default_factory=dict)
    capabilities: dict[UUID, HeardCapability] = field(default_factory=dict)
    marks: dict[UUID, Marks] = field(default_factory=dict)
    need_representations: dict[UUID, NeedRepresentation] = field(default_factory=dict)
    representations: dict[UUID, CapabilityRepresentation] = field(default_factory=dict)
    proposals: dict[UUID, Row] = field(default_factory=dict)
    readings: dict[UUID, Reading] = field(default_factory=dict)
    told: dict[UUID, Told] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)
    deciding: asyncio.Lock = field(default_factory=asyncio.Lock)

    def told_of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.told.values() if isinstance(event, kind)]

    def need_is_current(self, key: UUID, model: str) -> bool:
        found = self.need_representations.get(key)
        return bool(found and found.version == model and found.need == self.needs[key].need)

    def is_current(self, key: UUID, model: str) -> bool:
        found, heard = self.representations.get(key), self.capabilities[key]
        return bool(found and found.version == model and found.capability == heard.capability)

    def offered(self) -> list[UUID]:
        heard = self.capabilities
        return sorted(key for key in heard if heard[key].standing is not Standing.RETIRED)
