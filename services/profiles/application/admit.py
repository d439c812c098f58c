"""Who may come in with a link: a party that is still known, with a link not revoked."""

from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.ports import Transaction
from services.profiles.domain.party import Party


class NotAdmittedError(Exception):
    """The link was revoked, or its party is not known any more."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a signed link says about its holder."""

    party_id: UUID
    epoch: int


async def admitted(transaction: Transaction, visitor: Visitor) -> Party:
    """The party that a link belongs to.

    Raises:
        NotAdmittedError: The link no longer works.
    """
    party = await transaction.parties.get(visitor.party_id)
    if party is None or visitor.epoch < party.epoch:
        raise NotAdmittedError
    return party
