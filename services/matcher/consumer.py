"""Which use case each event goes to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.matcher.application.forget import Forget
from services.matcher.application.hear_answer import HearAnswer
from services.matcher.application.hear_capability import HearCapability
from services.matcher.application.hear_need import HearNeed
from services.matcher.application.store_ports import Desk
from services.matcher.domain.eligibility import AskingRules
from shared.contracts.capabilities import CapabilityState
from shared.contracts.event import Event, Tombstone
from shared.contracts.introductions import ProposalEvent
from shared.contracts.needs import NeedState

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection


@dataclass(frozen=True, slots=True)
class Consumer:
    """Applies one event in the transaction of its batch; quick, nothing is computed here.

    Attributes:
        desk_on: Opens the desk in a transaction that has begun.
        model: Version of the representations in use.
    """

    desk_on: Callable[["Connection"], Desk]
    rules: AskingRules
    model: str

    async def __call__(self, event: Event | Tombstone, connection: "Connection") -> None:
        """Hand the event on; a mail that failed says nothing about who should be asked."""
        desk = self.desk_on(connection)
        match event:
            case NeedState():
                await HearNeed(desk.facts, desk.agenda)(event)
            case CapabilityState():
                await HearCapability(desk.facts, desk.agenda, self.rules, self.model)(event)
            case ProposalEvent():
                await HearAnswer(desk.facts, desk.agenda)(event)
            case Tombstone():
                await Forget(desk.facts, desk.agenda)(event)
            case _:
                pass
