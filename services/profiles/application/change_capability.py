"""A researcher pauses, resumes or retires a capability."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.profiles.application.admit import NotAdmittedError, Visitor, admitted
from services.profiles.application.events import capability_changed
from services.profiles.application.ports import Begin, Tally
from services.profiles.domain.capability import Capability
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class Pause:
    """No proposals for some weeks."""

    weeks: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Proposals again."""


@dataclass(frozen=True, slots=True)
class Retire:
    """Offered no longer."""


Wish = Pause | Resume | Retire
NAMES: dict[type[Wish], str] = {Pause: "paused", Resume: "resumed", Retire: "retired"}


@dataclass(frozen=True, slots=True)
class ChangeCapability:
    """Do what a researcher wishes with a capability; what is over stays as it is."""

    begin: Begin
    clock: Clock
    tally: Tally

    async def __call__(self, visitor: Visitor, capability_id: UUID, wish: Wish) -> None:
        at = self.clock()
        async with self.begin() as transaction:
            party = await admitted(transaction, visitor)
            capability = await transaction.capabilities.get(capability_id)
            if capability is None or capability.party_id != party.id:
                raise NotAdmittedError
            changed = _changed(capability, wish, at)
            if changed == capability:
                return
            await transaction.capabilities.save(changed)
            for told in capability_changed(changed, at):
                await transaction.outbox.put(told)
        self.tally.capability(NAMES[type(wish)])


def _changed(capability: Capability, wish: Wish, at: datetime) -> Capability:
    match wish:
        case Pause(weeks):
            return capability.pause(at=at, weeks=weeks)
        case Resume():
            return capability.resume()
        case Retire():
            return capability.retire(at=at)
        case _:
            assert_never(wish)
