"""What the matcher keeps of what it heard, computed and decided; one desk is one transaction."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.matcher.application.reading_ports import Readings
from services.matcher.domain.answer import Answer
from services.matcher.domain.capability import Capability
from services.matcher.domain.eligibility import AskingRules, Candidate, Standing
from services.matcher.domain.match import Match
from services.matcher.domain.need import Need
from services.matcher.domain.proposal import ProposalState
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.vectors import Vector
from shared.contracts.delivery import Outbox
from shared.contracts.matches import Reason


@dataclass(frozen=True, slots=True)
class HeardNeed:
    """A need as its owner last told it."""

    need: Need
    organisation_id: UUID
    version: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class HeardCapability:
    """A capability as its owner last told it."""

    capability: Capability
    researcher_id: UUID
    version: int
    standing: Standing
    paused_until: datetime | None
    max_open: int
    max_per_month: int


@dataclass(frozen=True, slots=True)
class ProposalNews:
    """What was heard about a proposal.

    Attributes:
        silent: Whether it was the researcher who let it expire.
        answer: What was said, if anyone's word was heard.
    """

    proposal_id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID
    state: ProposalState
    at: datetime
    silent: bool = False
    answer: Answer | None = None


class Kept(StrEnum):
    """What a capability that was heard changes."""

    NOTHING = "nothing"
    TO_REPRESENT = "to_represent"
    READY = "ready"


class Facts(Protocol):
    """What others told; what is older than what is known, or was erased, is not kept."""

    async def keep_need(self, heard: HeardNeed) -> bool:
        """Whether it was news."""
        ...

    async def keep_capability(self, heard: HeardCapability, *, model: str) -> Kept:
        """Whether it was news, and whether its representation by `model` still holds."""
        ...

    async def keep_proposal(self, news: ProposalNews) -> bool:
        """Whether the proposal's state changed; one never heard of is added."""
        ...

    async def forget_need(self, need_id: UUID) -> None:
        """Remove its texts and vectors everywhere, for ever."""
        ...

    async def forget_capability(self, capability_id: UUID) -> list[UUID]:
        """The same, and withdraw its open proposals; returns the needs that lose one."""
        ...


class Agenda(Protocol):
    """Which needs should be looked at."""

    async def mark(self, need_ids: Sequence[UUID]) -> None:
        """Have needs looked at."""
        ...

    async def wake(self, rules: AskingRules) -> None:
        """Have every open need with a free place looked at."""
        ...

    async def next_due(self, model: str, now: datetime, *, patience_s: float) -> UUID | None:
        """The represented need to look at now: marked, or on watch until `now`.

        While capabilities wait to be represented, only needs marked `patience_s` ago are due.
        """
        ...

    async def settle(self, need_id: UUID, *, mark: int, look_again_at: datetime | None) -> None:
        """The marks up to `mark` were dealt with; with a time, the need is on watch until then."""
        ...

    async def on_watch(self) -> int:
        """How many open needs are on watch."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """How many wait to be represented."""

    needs: int
    capabilities: int


class Waiting(Protocol):
    """What waits to be represented by the model in use, and where representations go."""

    async def needs(self, model: str, *, at_most: int) -> list[Need]:
        """Open needs without a current representation."""
        ...

    async def capabilities(self, model: str, *, at_most: int) -> list[Capability]:
        """Capabilities, retired ones apart, without a current representation."""
        ...

    async def keep_needs(self, done: Sequence[NeedRepresentation]) -> None:
        """Keep representations, unless the text has changed since."""
        ...

    async def keep_capabilities(self, done: Sequence[CapabilityRepresentation]) -> None:
        """Keep representations, unless the text has changed since."""
        ...

    async def count(self, model: str) -> Count:
        """How many wait."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class NeedSheet:
    """A need as it is scored; `mark` is the last one that this reading has seen."""

    representation: NeedRepresentation
    organisation_id: UUID
    version: int
    mark: int


@dataclass(frozen=True, slots=True, eq=False)
class CapabilitySheet:
    """A capability as it is scored."""

    representation: CapabilityRepresentation
    version: int


class Library(Protocol):
    """Representations by the model in use, retired capabilities apart."""

    async def need(self, need_id: UUID, model: str) -> NeedSheet | None:
        """A represented need, open or not."""
        ...

    async def near(self, vector: Vector, model: str, *, at_most: int) -> list[UUID]:
        """The capabilities whose whole is nearest to a centred vector, nearest first."""
        ...

    async def sharing(self, stems: Sequence[str], model: str, *, at_most: int) -> list[UUID]:
        """The capabilities that share most of some stems."""
        ...

    async def capabilities(self, ids: Sequence[UUID], model: str) -> list[CapabilitySheet]:
        """The represented ones among these, in the order of their ids."""
        ...


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a need stands at the moment of choosing."""

    version: int
    is_open: bool
    open_proposals: int
    introductions: int
    proposals: int
    waves: int


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a proposal was decided on, so that it can be explained and learned from later.

    Attributes:
        feature_set: What the features of the match mean; only equal ones can be compared.
    """

    need_version: int
    capability_version: int
    representation: str
    match: Match
    reasons: tuple[Reason, ...]
    feature_set: str = ""


@dataclass(frozen=True, slots=True)
class NewProposal:
    """A proposal of the matcher's own."""

    proposal_id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID
    wave: int
    at: datetime
    grounds: Grounds


class Allocation(Protocol):
    """Who was asked what: decided by one process at a time."""

    async def lock(self, need_id: UUID) -> None:
        """Wait until no one else decides, and hold the need: until the end of the transaction."""
        ...

    async def situation(self, need_id: UUID) -> Situation | None:
        """Where a need stands now."""
        ...

    async def candidates(
        self, need_id: UUID, capability_ids: Sequence[UUID], *, month_began: datetime
    ) -> list[Candidate]:
        """How busy their researchers are, counted over all needs; score 0."""
        ...

    async def record(self, proposal: NewProposal) -> None:
        """Keep a proposal as open."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """All that one transaction can read and write."""

    facts: Facts
    agenda: Agenda
    waiting: Waiting
    library: Library
    allocation: Allocation
    readings: Readings
    outbox: Outbox


Begin = Callable[[], AbstractAsyncContextManager[Desk]]
"""Opens a transaction that commits when its block ends well."""
