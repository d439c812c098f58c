"""Which use case hears which event."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.notifier.application.open_proposal import OpenProposal
from services.notifier.application.ports import Work
from services.notifier.application.record_capability import RecordCapability
from services.notifier.application.record_contact import EraseContact, RecordContact
from services.notifier.application.record_need import RecordNeed
from services.notifier.application.write_letter import WriteLetter
from shared.contracts.capabilities import CapabilityState
from shared.contracts.contacts import ContactRecorded
from shared.contracts.delivery import RejectedError
from shared.contracts.event import Event, Tombstone
from shared.contracts.letters import LetterRequested
from shared.contracts.matches import MatchProposed, NeedRead, NeedUnmatched
from shared.contracts.needs import NeedState
from shared.contracts.topics import CAPABILITIES, CONTACTS, NEEDS

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection


@dataclass(frozen=True, slots=True)
class Hearing:
    """Hands each event to its use case, in the transaction of the batch."""

    work_on: "Callable[[Connection], Work]"
    record_contact: RecordContact
    erase_contact: EraseContact
    record_need: RecordNeed
    record_capability: RecordCapability
    write_letter: WriteLetter
    open_proposal: OpenProposal

    async def __call__(self, event: Event | Tombstone, connection: "Connection") -> None:
        """Apply one event."""
        work = self.work_on(connection)
        match event:
            case Tombstone():
                await self._erase(event, work)
            case ContactRecorded():
                await self.record_contact(event, work)
            case NeedState():
                await self.record_need(event, work)
            case CapabilityState():
                await self.record_capability(event, work)
            case LetterRequested():
                await self.write_letter(event, work)
            case MatchProposed():
                await self.open_proposal(event, work)
            case NeedRead() | NeedUnmatched():
                pass  # the organisation's page tells it; no mail says so yet
            case _:
                raise RejectedError(f"not for the notifier: {event.event_type}")

    async def _erase(self, tombstone: Tombstone, work: Work) -> None:
        key = UUID(tombstone.key)
        match tombstone.topic:
            case CONTACTS.name:
                await self.erase_contact(key, work)
            case NEEDS.name:
                await self.record_need.erase(key, work)
            case CAPABILITIES.name:
                await self.record_capability.erase(key, work)
            case _:
                raise RejectedError(f"nothing is erased on {tombstone.topic}")
