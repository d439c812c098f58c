"""An operator invites someone as a facilitator, or takes the invitation back."""

from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.ports import Begin
from services.profiles.domain.facilitator import Facilitator
from shared.contracts.event import derived_id

FACILITATORS = UUID("5d0a4d0e-3b0f-5d8e-9a52-6f2f7f0a4c11")


@dataclass(frozen=True, slots=True)
class InviteFacilitator:
    """Let someone in by name; the same name is the same person."""

    begin: Begin

    async def __call__(self, name: str) -> Facilitator:
        """Invite, or invite again: earlier links go on working."""
        async with self.begin() as transaction:
            return await transaction.facilitators.invite(_id_of(name), name)

    async def revoke(self, name: str) -> bool:
        """Make all links of someone useless; False where nobody has this name."""
        async with self.begin() as transaction:
            return await transaction.facilitators.revoke(_id_of(name))


def _id_of(name: str) -> UUID:
    return derived_id(FACILITATORS, name.casefold())
