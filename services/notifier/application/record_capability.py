"""Keeping what researchers offer, and ending the proposals of what is paused or retired."""

from dataclasses import dataclass
from uuid import UUID

from services.notifier.application.ports import Work
from services.notifier.application.withdraw_proposals import WithdrawProposals
from services.notifier.domain.people import Capability
from shared.contracts.capabilities import CapabilityPublished, CapabilityState


@dataclass(frozen=True, slots=True)
class RecordCapability:
    """Keep the newest state of a capability."""

    withdraw: WithdrawProposals

    async def __call__(self, event: CapabilityState, work: Work) -> None:
        """Keep it; a paused or retired one has no open proposals."""
        capability = Capability(
            id=event.capability_id,
            researcher_id=event.researcher_id,
            title=event.title or first_output(event),
            summary=event.summary,
            keywords=event.keywords,
            modes=tuple(event.modes),
            region=event.territory.region,
            is_open=isinstance(event, CapabilityPublished),
        )
        is_newer = await work.capabilities.record(capability, version=event.version)
        if is_newer and not capability.is_open:
            await self.withdraw(work, capability_id=capability.id)

    async def erase(self, capability_id: UUID, work: Work) -> None:
        """Clear its texts and end its proposals."""
        await work.capabilities.erase(capability_id)
        await self.withdraw(work, capability_id=capability_id)


def first_output(event: CapabilityState) -> str:
    """What stands for a title where there is none."""
    return event.outputs[0].title if event.outputs else ""
