"""Reading a need: which subjects it seems to be about, and which questions lead nowhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.matcher.application.propose_researchers import Search
from services.matcher.application.reading_ports import Guessed, Reading, Subjects, Unread
from services.matcher.application.represent import Represent
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.application.store_ports import Begin, CapabilitySheet, NeedSheet
from services.matcher.application.tell_matches import need_read
from services.matcher.domain.match import Grade
from services.matcher.domain.need import Need
from services.matcher.domain.representation import NeedRepresentation
from shared.contracts.delivery import Clock
from shared.contracts.matches import MOST_SUBJECTS_GUESSED

DECIMALS = 3
"""Of weights: what is told again must differ by more than the noise of a processor."""


@dataclass(frozen=True, slots=True)
class ReadNeed:
    """Tell what a need seems to be about; the same result of the same version is told once.

    Nobody waits for it: matching goes on beside. Each question is compared on its own, as a need
    that says nothing else, once people were chosen for the need as it stands.
    """

    begin: Begin
    represent: Represent
    score: ScoreMatches
    subjects: Subjects
    search: Search
    clock: Clock

    async def __call__(self) -> bool | None:
        """Read one need that should be; None where there is none, else whether it was told."""
        async with self.begin() as desk:
            unread = await desk.readings.next_unread(self.search.model)
            if unread is None:
                return None
            need = await desk.library.need(unread.need_id, self.search.model)
        if need is None:
            return None
        guesses = await asyncio.to_thread(self._guesses, need.representation)
        answered = await self._answered(need.representation.need, unread)
        return await self._tell(need, unread, guesses, answered)

    def _guesses(self, need: NeedRepresentation) -> tuple[Guessed, ...]:
        nearest = self.subjects.nearest(need, MOST_SUBJECTS_GUESSED)
        return tuple(Guessed(one.subject_id, round(one.weight, DECIMALS)) for one in nearest)

    async def _answered(self, need: Need, unread: Unread) -> tuple[bool, ...]:
        if not (need.questions and unread.is_settled):
            return ()
        alone = [question_alone(need, question) for question in need.questions]
        asked = await asyncio.to_thread(self._represented, alone)
        found = [await self._found(one) for one in asked]
        return tuple(await asyncio.to_thread(self._compared, asked, found))

    def _represented(self, alone: Sequence[Need]) -> list[NeedRepresentation]:
        return self.represent.needs(alone, quoting=False)

    async def _found(self, asked: NeedRepresentation) -> list[CapabilitySheet]:
        ids: set[UUID] = set()
        async with self.begin() as desk:
            for vector in (asked.whole, *asked.question_vectors):
                near = desk.library.near(vector, self.search.model, at_most=self.search.candidates)
                ids.update(await near)
            return await desk.library.capabilities(sorted(ids), self.search.model)

    def _compared(
        self, asked: Sequence[NeedRepresentation], found: Sequence[Sequence[CapabilitySheet]]
    ) -> list[bool]:
        matches = [
            self.score(one, [sheet.representation for sheet in sheets])
            for one, sheets in zip(asked, found, strict=True)
        ]
        return [any(match.grade is not Grade.WEAK for match in mine) for mine in matches]

    async def _tell(
        self,
        need: NeedSheet,
        unread: Unread,
        guesses: tuple[Guessed, ...],
        answered: tuple[bool, ...],
    ) -> bool:
        async with self.begin() as desk:
            before = await desk.readings.latest(unread.need_id)
            if before and before.need_version != need.version:
                before = None
            reading = Reading(
                unread.need_id,
                need.version,
                before.number if before else 1,
                self.search.model,
                unread.looked,
                guesses,
                answered or (before.answered if before else ()),
            )
            is_news = before is None or _said(before) != _said(reading)
            if before and is_news:
                reading = replace(reading, number=before.number + 1)
            kept = await desk.readings.keep(reading)
            if kept and is_news:
                await desk.outbox.put(need_read(reading, self.clock()))
        return kept and is_news


def question_alone(need: Need, question: str) -> Need:
    """One question of a need, as a need that says nothing else."""
    return Need(
        need.need_id,
        title="",
        description=question,
        language=need.language,
        questions=(question,),
        withheld=need.withheld,
    )


def _said(reading: Reading) -> tuple[tuple[Guessed, ...], tuple[bool, ...]]:
    return reading.guesses, reading.answered
