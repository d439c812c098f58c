"""What any store of the matcher must do about readings; run on the fake and on PostgreSQL."""

from dataclasses import replace

import pytest

from services.matcher.application.reading_ports import Guessed, Reading, Unread
from services.matcher.application.store_ports import Begin
from tests.support.builders_matching import MODEL, heard_need, need_id
from tests.support.keeping_matching import keep_need

ASKED = [{"text": "D’où vient le fer ?", "origin": "facilitator"}]


def a_reading(**changed: object) -> Reading:
    reading = Reading(need_id(), 1, 1, MODEL, 0, (Guessed("T10790", 0.5),), ())
    return replace(reading, **changed)  # type: ignore[arg-type]  # as the dataclass says


async def keep(begin: Begin, reading: Reading) -> bool:
    async with begin() as desk:
        return await desk.readings.keep(reading)


async def unread(begin: Begin) -> Unread | None:
    async with begin() as desk:
        return await desk.readings.next_unread(MODEL)


async def look(begin: Begin, *, mark: int | None = None) -> None:
    """Have the need looked at, and done with unless `mark` is an older one."""
    async with begin() as desk:
        await desk.agenda.mark([need_id()])
        sheet = await desk.library.need(need_id(), MODEL)
        assert sheet
        await desk.agenda.settle(
            need_id(), mark=sheet.mark if mark is None else mark, look_again_at=None
        )


class ReadingSuite:
    async def test_a_represented_open_need_is_read_once_a_version(self, begin: Begin) -> None:
        assert await unread(begin) is None
        await keep_need(begin, heard_need())
        assert await unread(begin) == Unread(need_id(), 0, is_settled=True)
        assert await keep(begin, a_reading(answered=(True, False)))
        assert await unread(begin) is None
        async with begin() as desk:
            assert await desk.readings.latest(need_id()) == a_reading(answered=(True, False))
            assert await desk.readings.latest(need_id("unknown")) is None
        await keep_need(begin, heard_need(version=2, title="Autre chose"))
        assert await unread(begin)

    async def test_what_is_closed_or_not_represented_is_not_read(self, begin: Begin) -> None:
        async with begin() as desk:
            await desk.facts.keep_need(heard_need())
        assert await unread(begin) is None
        await keep_need(begin, heard_need(version=2, is_open=False))
        assert await unread(begin) is None
        assert not await keep(begin, a_reading(need_version=2))

    async def test_another_model_has_needs_read_again(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        assert await keep(begin, a_reading(model="older"))
        assert await unread(begin)
        assert await keep(begin, a_reading())
        assert await unread(begin) is None

    async def test_questions_are_compared_after_each_look_that_ended(self, begin: Begin) -> None:
        await keep_need(begin, heard_need(questions=ASKED))
        await keep(begin, a_reading())
        assert await unread(begin) is None
        await look(begin, mark=0)
        assert await unread(begin) is None, "a look is pending"
        await look(begin)
        found = await unread(begin)
        assert found == Unread(need_id(), 2, is_settled=True)
        assert await keep(begin, a_reading(looked=found.looked))
        assert await unread(begin) is None

    async def test_a_need_without_questions_is_not_read_after_each_look(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        await keep(begin, a_reading())
        await look(begin)
        assert await unread(begin) is None

    @pytest.mark.parametrize(
        "older", [{"number": 1}, {"number": 2}, {"need_version": 1, "number": 9}]
    )
    async def test_what_is_older_or_the_same_is_not_kept(
        self, begin: Begin, older: dict[str, int]
    ) -> None:
        await keep_need(begin, heard_need())
        await keep_need(begin, heard_need(version=2))
        assert await keep(begin, a_reading(need_version=2, number=2))
        assert not await keep(begin, a_reading(**{"need_version": 2, **older}))

    async def test_an_erased_need_leaves_no_reading(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        await keep(begin, a_reading())
        async with begin() as desk:
            await desk.facts.forget_need(need_id())
            assert await desk.readings.latest(need_id()) is None
        assert not await keep(begin, a_reading(number=2))
