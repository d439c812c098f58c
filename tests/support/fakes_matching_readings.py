"""What the matcher told of needs, in memory; and subjects that are guessed by their words."""

from dataclasses import dataclass
from uuid import UUID

from services.matcher.application.reading_ports import Guessed, Reading, Unread
from services.matcher.domain.representation import NeedRepresentation
from tests.support.fakes_matching_tables import Tables


@dataclass
class FakeReadings:
    store: Tables

    async def next_unread(self, model: str) -> Unread | None:
        unread, uncompared = [], []
        for key, heard in self.store.needs.items():
            if not heard.is_open or not self.store.need_is_current(key, model):
                continue
            marks, told = self.store.marks[key], self.store.readings.get(key)
            one = Unread(key, marks.settled, marks.settled >= marks.marked)
            if told is None or (told.need_version, told.model) != (heard.version, model):
                unread.append(one)
            elif heard.need.questions and told.looked < one.looked and one.is_settled:
                uncompared.append(one)
        return next(iter([*unread, *uncompared]), None)

    async def latest(self, need_id: UUID) -> Reading | None:
        return self.store.readings.get(need_id)

    async def keep(self, reading: Reading) -> bool:
        heard, before = (
            self.store.needs.get(reading.need_id),
            self.store.readings.get(reading.need_id),
        )
        if heard is None or not heard.is_open or heard.version != reading.need_version:
            return False
        if before:
            old, new = _place(before), _place(reading)
            more = reading.looked > before.looked or reading.model != before.model
            if old > new or (old == new and not more):
                return False
        self.store.readings[reading.need_id] = reading
        return True


def _place(reading: Reading) -> tuple[int, int]:
    return reading.need_version, reading.number


class FirstSubjects:
    """Every need is about the same subjects, in the same order."""

    def __init__(self, *ids: str) -> None:
        self.ids = ids

    def nearest(self, need: NeedRepresentation, at_most: int = 8) -> list[Guessed]:
        return [Guessed(one, 1 / (2 + place)) for place, one in enumerate(self.ids[:at_most])]
