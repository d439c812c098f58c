"""An organisation takes a need back."""

from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.admit import NotAdmittedError, Visitor, admitted
from services.profiles.application.events import need_withdrawn
from services.profiles.application.ports import Begin, Tally
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class WithdrawNeed:
    """Close a need at its organisation's wish; a second time changes nothing."""

    begin: Begin
    clock: Clock
    tally: Tally

    async def __call__(self, visitor: Visitor, need_id: UUID) -> None:
        at = self.clock()
        async with self.begin() as transaction:
            party = await admitted(transaction, visitor)
            need = await transaction.needs.get(need_id)
            if need is None or need.party_id != party.id:
                raise NotAdmittedError
            withdrawn = need.withdraw(at=at)
            if withdrawn == need:
                return
            await transaction.needs.save(withdrawn)
            if withdrawn.public_text is not None:
                await transaction.outbox.put(need_withdrawn(withdrawn, at))
        self.tally.need("withdrawn")
