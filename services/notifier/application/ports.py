"""What the use cases need from outside."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifier.application.mails import Composed, Mail
from services.notifier.domain.delivery import Delivery, Outcome
from services.notifier.domain.people import Capability, Need, Party, Shown, Why
from services.notifier.domain.proposal import Proposal
from shared.contracts.delivery import Outbox


class Parties(Protocol):
    """Who can be written to."""

    async def record(self, party: Party, *, version: int) -> bool:
        """Keep what a newer version says; False when it is not newer, or the party was erased."""
        ...

    async def get(self, party_id: UUID) -> Party | None: ...

    async def erase(self, party_id: UUID) -> None:
        """Keep nothing but the id, for ever."""
        ...

    async def set_stopped(self, party_id: UUID, *, stopped: bool) -> None: ...


class Needs(Protocol):
    """The needs heard of."""

    async def record(self, need: Need, *, version: int) -> bool:
        """Keep what a newer version says; False when it is not newer, or the need was erased."""
        ...

    async def get(self, need_id: UUID) -> Need | None: ...

    async def erase(self, need_id: UUID) -> None:
        """Clear its texts, for ever."""
        ...


class Capabilities(Protocol):
    """The capabilities heard of."""

    async def record(self, capability: Capability, *, version: int) -> bool:
        """Keep what a newer version says; False when it is not newer, or it was erased."""
        ...

    async def get(self, capability_id: UUID) -> Capability | None: ...

    async def erase(self, capability_id: UUID) -> None:
        """Clear its texts, for ever."""
        ...


class Proposals(Protocol):
    """The proposals and their lives."""

    async def add(self, proposal: Proposal, why: Why) -> bool:
        """Keep a new one; False when it is known."""
        ...

    async def locked(self, proposal_id: UUID) -> Proposal | None:
        """A proposal that nobody else changes, nor others of its need, until the commit."""
        ...

    async def save(self, proposal: Proposal, *, next_moment: datetime | None) -> None: ...

    async def next_version(self, proposal_id: UUID) -> int:
        """Count one more fact about a proposal."""
        ...

    async def introductions_of(self, need_id: UUID) -> int:
        """How many introductions a need has led to."""
        ...


class ProposalSearch(Protocol):
    """Finding proposals."""

    async def open_ones(self, **of: UUID) -> list[UUID]:
        """Ids of the open ones with this `need_id`, `capability_id` or `party_id`."""
        ...

    async def due(self, now: datetime, *, at_most: int) -> list[UUID]:
        """Ids of those whose next moment has come."""
        ...

    async def shown(self, proposal_id: UUID) -> Shown | None:
        """What may be shown of a proposal."""
        ...


class Deliveries(Protocol):
    """The mails to be sent."""

    async def plan(self, delivery: Delivery) -> bool:
        """Keep a new one; False when it is known."""
        ...

    async def cancel_waiting(
        self, reason: str, now: datetime, *, about: UUID | None, recipient_id: UUID | None
    ) -> None:
        """Give up what is not on its way yet."""
        ...

    async def save(self, delivery: Delivery) -> bool:
        """Write what became of the attempt in hand; False when it was taken from us."""
        ...


class Queue(Protocol):
    """The mails that are due or in hand."""

    async def next_due(self, now: datetime) -> Delivery | None:
        """One that nobody else looks at until the commit."""
        ...

    async def write(self, delivery: Delivery, *, lease_s: float = 0) -> None:
        """Write what `next_due` gave, in hand for a while or not."""
        ...

    async def keep(self, delivery: Delivery, *, lease_s: float) -> bool:
        """Have it in hand for longer; False when it was lost."""
        ...

    async def left_behind(self) -> list[Delivery]:
        """Those whose worker is gone."""
        ...

    async def still_left_behind(self, delivery_id: UUID) -> Delivery | None:
        """One of those as it is now, which its worker cannot change any more until the commit."""
        ...

    async def asked_lately(self, other_than: Delivery, *, since: datetime) -> list[datetime]:
        """When other proposals went to this person; nobody else asks until the commit."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction: what is done in it is done together or not at all."""

    parties: Parties
    needs: Needs
    capabilities: Capabilities
    proposals: Proposals
    search: ProposalSearch
    deliveries: Deliveries
    queue: Queue
    outbox: Outbox


Begin = Callable[[], AbstractAsyncContextManager[Work]]
BodyMayStart = Callable[[], Awaitable[bool]]


class UnsendableError(Exception):
    """This mail cannot be written: trying again cannot help."""


class Compose(Protocol):
    """Writes mails."""

    def __call__(self, mail: Mail) -> Composed:
        """The mail as bytes.

        Raises:
            UnsendableError: Its address or headers cannot be written.
        """
        ...


class Relay(Protocol):
    """The mail server."""

    async def __call__(self, mail: Composed, may_start: BodyMayStart) -> Outcome | None:
        """Hand a mail over; None when `may_start`, asked before the body, said no."""
        ...
