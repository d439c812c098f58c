"""Links that are their own proof: signed, expiring, with ids and an epoch, never an address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from itsdangerous import BadData, BadSignature, URLSafeSerializer

from shared.runtime.clock import Clock


class InvalidLinkError(Exception):
    """The link was not made by us, or for something else."""


class ExpiredLinkError(Exception):
    """The link was ours, but is too old."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link allows: a purpose, for a party, on named things, until it expires."""

    purpose: str
    party_id: UUID
    epoch: int
    ids: Mapping[str, UUID]
    expires_at: datetime


class Links:
    """Signs tickets into links and reads them back; one salt a purpose, several keys."""

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        """Sign with the first of `keys`; read with any."""
        self._keys = list(reversed(keys))  # itsdangerous signs with the last
        self._clock = clock

    def sign(self, ticket: Ticket) -> str:
        """The ticket as URL-safe text."""
        body = [
            ticket.party_id.hex,
            ticket.epoch,
            int(ticket.expires_at.timestamp()),
            {name: value.hex for name, value in ticket.ids.items()},
        ]
        return str(self._serializer(ticket.purpose).dumps(body))

    def read(self, token: str, purpose: str) -> Ticket:
        """The ticket in a link made for `purpose`.

        Raises:
            InvalidLinkError: Not ours, or made for another purpose.
            ExpiredLinkError: Past its date.
        """
        try:
            party, epoch, expires, ids = self._serializer(purpose).loads(token)
            ticket = Ticket(
                purpose=purpose,
                party_id=UUID(party),
                epoch=int(epoch),
                ids={name: UUID(value) for name, value in ids.items()},
                expires_at=datetime.fromtimestamp(expires, tz=self._clock().tzinfo),
            )
        except (BadSignature, BadData, ValueError, TypeError) as bad:
            raise InvalidLinkError from bad
        if ticket.expires_at <= self._clock():
            raise ExpiredLinkError
        return ticket

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys, salt=f"passerelle.{purpose}")
