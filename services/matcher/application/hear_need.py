"""Hearing that a need was published, changed or closed."""

from dataclasses import dataclass

from services.matcher.application.store_ports import Agenda, Facts, HeardNeed
from services.matcher.domain.need import Need, Place
from shared.contracts.needs import NeedPublished, NeedState


@dataclass(frozen=True, slots=True)
class HearNeed:
    """Keep what a need says now, and have it looked at while it is open."""

    facts: Facts
    agenda: Agenda

    async def __call__(self, event: NeedState) -> None:
        """Take in the whole state of a need; an older version changes nothing."""
        heard = HeardNeed(
            need_of(event), event.organisation_id, event.version, isinstance(event, NeedPublished)
        )
        if await self.facts.keep_need(heard) and heard.is_open:
            await self.agenda.mark([event.need_id])


def need_of(event: NeedState) -> Need:
    """The need that an event tells."""
    return Need(
        need_id=str(event.need_id),
        title=event.title,
        description=event.description,
        expectations=event.expectations,
        language=event.language,
        themes=event.themes,
        modes=tuple(mode.value for mode in event.modes),
        place=Place(event.territory.city, event.territory.region),
        questions=tuple(question.text for question in event.questions),
        subjects=tuple(subject.id for subject in event.subjects),
    )
