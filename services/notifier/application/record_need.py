"""Keeping what is asked for, and ending the proposals of needs that are over."""

from dataclasses import dataclass
from uuid import UUID

from services.notifier.application.ports import Work
from services.notifier.application.withdraw_proposals import WithdrawProposals
from services.notifier.domain.people import Need
from shared.contracts.needs import NeedPublished, NeedState


@dataclass(frozen=True, slots=True)
class RecordNeed:
    """Keep the newest state of a need."""

    withdraw: WithdrawProposals

    async def __call__(self, event: NeedState, work: Work) -> None:
        """Keep it; a closed need has no open proposals."""
        need = Need(
            id=event.need_id,
            organisation_id=event.organisation_id,
            organisation_type=event.organisation_type,
            title=event.title,
            description=event.description,
            expectations=event.expectations,
            themes=event.themes,
            modes=tuple(event.modes),
            city=event.territory.city,
            region=event.territory.region,
            deadline=event.deadline,
            introduce_directly=event.introduce_directly,
            is_open=isinstance(event, NeedPublished),
        )
        is_newer = await work.needs.record(need, version=event.version)
        if is_newer and not need.is_open:
            await self.withdraw(work, need_id=need.id)

    async def erase(self, need_id: UUID, work: Work) -> None:
        """Clear its texts and end its proposals."""
        await work.needs.erase(need_id)
        await self.withdraw(work, need_id=need_id)
