"""What the use cases need from outside."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from services.profiles.domain.capability import Capability
from services.profiles.domain.facilitator import Facilitator
from services.profiles.domain.masking import Placeholders
from services.profiles.domain.need import Need
from services.profiles.domain.party import Language, Party, Side
from services.profiles.domain.progress import Proposal
from services.profiles.domain.reading import Reading
from shared.contracts.delivery import Outbox

PlaceholdersIn = Mapping[Language, Placeholders]


@dataclass(frozen=True, slots=True)
class Due:
    """A declaration that nobody confirmed, and whose it is."""

    id: UUID
    party_id: UUID


class Parties(Protocol):
    """Who declared something."""

    async def add(self, party: Party) -> bool:
        """Keep a new party; False where its side already has this address."""
        ...

    async def get(self, party_id: UUID) -> Party | None:
        """A party, which nobody else changes until this transaction ends."""
        ...

    async def at(self, email_key: str, sides: Iterable[Side] = tuple(Side)) -> list[Party]:
        """The parties with an address, at most one a side, locked as by `get`."""
        ...

    async def save(self, party: Party) -> None:
        """Keep a changed party."""
        ...

    async def erase(self, party_id: UUID) -> None:
        """Forget all but the id."""
        ...

    async def remove(self, party_id: UUID) -> None:
        """Forget even the id; nothing may belong to it any more."""
        ...


class Needs(Protocol):
    """The needs."""

    async def add(self, need: Need) -> bool:
        """Keep a new need; False where it is known already."""
        ...

    async def get(self, need_id: UUID) -> Need | None:
        """A need, which nobody else changes until this transaction ends."""
        ...

    async def of(self, party_id: UUID) -> list[Need]:
        """A party's needs, the newest first."""
        ...

    async def published(self, *, at_most: int) -> list[Need]:
        """The needs that may be matched, the newest first."""
        ...

    async def save(self, need: Need) -> None:
        """Keep a changed need."""
        ...

    async def unconfirmed(self, *, asked_before: datetime) -> list[Due]:
        """Some needs whose confirmation was asked for before a moment."""
        ...

    async def remove(self, need_id: UUID) -> None:
        """Forget a need."""
        ...


class Capabilities(Protocol):
    """The capabilities."""

    async def add(self, capability: Capability) -> bool:
        """Keep a new capability; False where it is known already."""
        ...

    async def get(self, capability_id: UUID) -> Capability | None:
        """A capability, which nobody else changes until this transaction ends."""
        ...

    async def of(self, party_id: UUID) -> list[Capability]:
        """A party's capabilities, the newest first."""
        ...

    async def save(self, capability: Capability) -> None:
        """Keep a changed capability."""
        ...

    async def unconfirmed(self, *, asked_before: datetime) -> list[Due]:
        """Some capabilities whose confirmation was asked for before a moment."""
        ...

    async def remove(self, capability_id: UUID) -> None:
        """Forget a capability."""
        ...


class Proposals(Protocol):
    """What was heard of proposals."""

    async def get(self, proposal_id: UUID, *, need_id: UUID, capability_id: UUID) -> Proposal:
        """A proposal, new where nothing was heard of it, locked until this transaction ends."""
        ...

    async def save(self, proposal: Proposal) -> None:
        """Keep a changed proposal."""
        ...

    async def for_needs(self, need_ids: Iterable[UUID]) -> list[Proposal]:
        """The proposals that concern some needs."""
        ...

    async def for_capabilities(self, capability_ids: Iterable[UUID]) -> list[Proposal]:
        """The proposals that concern some capabilities."""
        ...


class Watch(Protocol):
    """Needs for which nobody else can be asked for now."""

    async def proposed(self, need_id: UUID, at: datetime) -> None:
        """Somebody was chosen for a need."""
        ...

    async def unmatched(self, need_id: UUID, at: datetime) -> None:
        """Nobody could be chosen for a need."""
        ...

    async def since(self, need_ids: Iterable[UUID]) -> Mapping[UUID, datetime]:
        """Since when each of the needs on watch is there; others are absent."""
        ...

    async def erase(self, need_id: UUID) -> None:
        """Forget that a need was there."""
        ...


class Readings(Protocol):
    """What the matcher told about needs."""

    async def hear(self, reading: Reading) -> None:
        """Keep a reading, unless a newer one is known."""
        ...

    async def erase(self, need_id: UUID) -> None:
        """Forget what was told about a need."""
        ...

    async def of(self, need_ids: Iterable[UUID]) -> Mapping[UUID, Reading]:
        """The newest reading of each need; those never read are absent."""
        ...


@dataclass(frozen=True, slots=True)
class Deed:
    """What a facilitator did with a need; never what a text said."""

    at: datetime
    who: str
    need_id: UUID
    what: Literal["subjects", "questions"]
    n: int


class Facilitators(Protocol):
    """Who was invited as a facilitator."""

    async def invite(self, facilitator_id: UUID, name: str) -> Facilitator:
        """Someone, known from now on; whoever is known stays as they are."""
        ...

    async def get(self, facilitator_id: UUID) -> Facilitator | None:
        """Someone who was invited."""
        ...

    async def revoke(self, facilitator_id: UUID) -> bool:
        """Raise the epoch; False where nobody has this id."""
        ...


class Facilitation(Protocol):
    """Who of the facilitators did what."""

    async def record(self, deed: Deed) -> None:
        """Write it down for ever."""
        ...

    async def of(self, need_id: UUID) -> list[Deed]:
        """What was done with a need, in order."""
        ...


class Log(Outbox, Protocol):
    """The outbox, which knows what was erased; a tombstone removes what was told before."""

    async def has_erased(self, key: UUID) -> bool:
        """Whether a need, capability or party with this id was erased."""
        ...


@dataclass(frozen=True, slots=True)
class Transaction:
    """Everything that one use case changes together or not at all."""

    parties: Parties
    needs: Needs
    capabilities: Capabilities
    proposals: Proposals
    watch: Watch
    readings: Readings
    facilitators: Facilitators
    facilitation: Facilitation
    outbox: Log


Begin = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Opens a transaction; the ones that only look cannot write, and lock nothing."""


class Tally(Protocol):
    """Counts what happened, for operators."""

    def need(self, status: str) -> None:
        """A need reached a status."""
        ...

    def capability(self, status: str) -> None:
        """A capability reached a status."""
        ...

    def read(self, what: str, by: str) -> None:
        """Someone said what a need is about, in subjects or questions."""
        ...
