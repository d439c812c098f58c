"""Hearing that a capability was published, changed, paused or retired."""

from dataclasses import dataclass
from datetime import datetime

from services.matcher.application.store_ports import Agenda, Facts, HeardCapability, Kept
from services.matcher.domain.capability import Capability, Output
from services.matcher.domain.eligibility import AskingRules, Standing
from services.matcher.domain.need import Place
from shared.contracts.capabilities import CapabilityPaused, CapabilityRetired, CapabilityState


@dataclass(frozen=True, slots=True)
class HearCapability:
    """Keep what a capability says now; one that can be asked at once wakes the needs.

    Attributes:
        model: Version of the representations in use; one of another text or version is made
            again by a worker, which wakes the needs then.
    """

    facts: Facts
    agenda: Agenda
    rules: AskingRules
    model: str

    async def __call__(self, event: CapabilityState) -> None:
        """Take in the whole state of a capability; an older version changes nothing."""
        standing, paused_until = _standing(event)
        heard = HeardCapability(
            capability_of(event),
            event.researcher_id,
            event.version,
            standing,
            paused_until,
            event.max_open,
            event.max_per_month,
        )
        kept = await self.facts.keep_capability(heard, model=self.model)
        if kept is Kept.READY and standing is Standing.ACTIVE:
            await self.agenda.wake(self.rules)


def capability_of(event: CapabilityState) -> Capability:
    """The capability that an event tells."""
    return Capability(
        capability_id=str(event.capability_id),
        title=event.title,
        summary=event.summary,
        keywords=event.keywords,
        outputs=tuple(Output(told.title, told.abstract, told.year) for told in event.outputs),
        disciplines=event.disciplines,
        sdgs=event.sdgs,
        modes=tuple(mode.value for mode in event.modes),
        place=Place(event.territory.city, event.territory.region),
        language=event.language,
    )


def _standing(event: CapabilityState) -> tuple[Standing, datetime | None]:
    if isinstance(event, CapabilityPaused):
        return Standing.PAUSED, event.paused_until
    return (Standing.RETIRED if isinstance(event, CapabilityRetired) else Standing.ACTIVE), None
