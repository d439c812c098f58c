"""What any store of the matcher must do; run on the fake and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.matcher.application.store_ports import (
    Begin,
    Count,
    Kept,
)
from services.matcher.domain.eligibility import Standing
from services.matcher.domain.proposal import ProposalState
from tests.support.builders_matching import (
    MODEL,
    NOON,
    RULES,
    a_vector,
    capability_id,
    heard_capability,
    heard_need,
    need_id,
    news,
)
from tests.support.keeping_matching import a_new_proposal, keep_capability, keep_need


class FactsSuite:
    async def test_an_older_or_equal_need_is_no_news(self, begin: Begin) -> None:
        async with begin() as desk:
            assert await desk.facts.keep_need(heard_need(version=2))
            assert not await desk.facts.keep_need(heard_need(version=2, is_open=False))
            assert not await desk.facts.keep_need(heard_need(version=1))
            assert await desk.facts.keep_need(heard_need(version=3, is_open=False))
            state = await desk.allocation.situation(need_id())
            assert state
            assert (state.version, state.is_open) == (3, False)

    async def test_an_older_or_equal_capability_is_no_news(self, begin: Begin) -> None:
        async with begin() as desk:
            keep = desk.facts.keep_capability
            assert await keep(heard_capability("ada", version=2), model=MODEL) == Kept.TO_REPRESENT
            assert await keep(heard_capability("ada", version=2), model=MODEL) == Kept.NOTHING
            assert await keep(heard_capability("ada", version=1), model=MODEL) == Kept.NOTHING

    async def test_a_capability_is_ready_while_text_and_model_stay(self, begin: Begin) -> None:
        await keep_capability(begin, heard_capability("ada"))
        paused = heard_capability("ada", version=2, standing=Standing.PAUSED)
        other = heard_capability("ada", version=4, title="Autre chose")
        async with begin() as desk:
            keep = desk.facts.keep_capability
            assert await keep(paused, model=MODEL) == Kept.READY
            assert await keep(replace(paused, version=3), model="other") == Kept.TO_REPRESENT
            assert await keep(other, model=MODEL) == Kept.TO_REPRESENT

    async def test_a_marked_need_is_due_until_it_is_settled(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        async with begin() as desk:
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=60) is None
            await desk.agenda.mark([need_id(), need_id("unknown")])
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=60) == need_id()
            sheet = await desk.library.need(need_id(), MODEL)
            assert sheet
            await desk.agenda.settle(need_id(), mark=sheet.mark, look_again_at=None)
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=60) is None

    async def test_a_mark_made_meanwhile_is_not_lost(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        async with begin() as desk:
            await desk.agenda.mark([need_id()])
            sheet = await desk.library.need(need_id(), MODEL)
            assert sheet
            await desk.agenda.mark([need_id()])
            await desk.agenda.settle(need_id(), mark=sheet.mark, look_again_at=None)
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=60) == need_id()

    async def test_a_need_on_watch_is_due_when_its_time_comes(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        later = NOON + timedelta(hours=1)
        async with begin() as desk:
            await desk.agenda.settle(need_id(), mark=0, look_again_at=later)
            assert await desk.agenda.on_watch() == 1
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=60) is None
            assert await desk.agenda.next_due(MODEL, later, patience_s=60) == need_id()

    async def test_a_need_waits_for_capabilities_but_not_for_ever(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        async with begin() as desk:
            await desk.facts.keep_capability(heard_capability("ada"), model=MODEL)
            await desk.agenda.mark([need_id()])
        async with begin() as desk:
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=60) is None
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=0) == need_id()

    async def test_a_closed_or_unrepresented_need_is_never_due(self, begin: Begin) -> None:
        await keep_need(begin, heard_need("shut"))
        async with begin() as desk:
            await desk.facts.keep_need(heard_need("shut", version=2, is_open=False))
            await desk.facts.keep_need(heard_need("new"))
            await desk.agenda.mark([need_id("shut"), need_id("new")])
            assert await desk.agenda.next_due(MODEL, NOON, patience_s=60) is None

    @pytest.mark.parametrize(
        ("states", "woken"),
        [
            ([], True),
            ([ProposalState.OPEN] * 2, True),
            ([ProposalState.OPEN] * 3, False),
            ([ProposalState.OPEN] * 2 + [ProposalState.DECLINED], True),
            ([ProposalState.OPEN] * 2 + [ProposalState.INTRODUCED], False),
            ([ProposalState.INTRODUCED] * 2, False),
        ],
    )
    async def test_only_needs_with_a_free_place_are_woken(
        self, begin: Begin, states: list[ProposalState], *, woken: bool
    ) -> None:
        await keep_need(begin, heard_need())
        async with begin() as desk:
            for number, state in enumerate(states):
                await desk.facts.keep_proposal(news("well", str(number), state))
            await desk.agenda.wake(RULES)
            due = await desk.agenda.next_due(MODEL, NOON, patience_s=60)
            assert (due is not None) is woken

    async def test_a_proposal_moves_once_and_its_last_word_stays(self, begin: Begin) -> None:
        async with begin() as desk:
            keep = desk.facts.keep_proposal
            await desk.allocation.record(a_new_proposal("well", "ada"))
            assert not await keep(news("well", "ada"))
            assert await keep(news("well", "ada", ProposalState.DECLINED))
            assert not await keep(news("well", "ada", ProposalState.DECLINED))
            assert not await keep(news("well", "ada", ProposalState.EXPIRED))
            assert await keep(news("well", "ada", ProposalState.INTRODUCED))

    async def test_an_erased_need_never_comes_back(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        async with begin() as desk:
            await desk.allocation.record(a_new_proposal("well", "ada"))
            await desk.facts.forget_need(need_id())
            assert await desk.library.need(need_id(), MODEL) is None
            assert not await desk.facts.keep_need(heard_need(version=9))
            assert await desk.waiting.count(MODEL) == Count(0, 0)

    async def test_an_erased_capability_never_comes_back_and_frees_its_places(
        self, begin: Begin
    ) -> None:
        await keep_need(begin, heard_need())
        await keep_capability(begin, heard_capability("ada"))
        async with begin() as desk:
            await desk.allocation.record(a_new_proposal("well", "ada"))
            await desk.facts.keep_proposal(news("roof", "ada", ProposalState.DECLINED))
            losing: list[UUID] = await desk.facts.forget_capability(capability_id("ada"))
            assert losing == [need_id("well")]
            state = await desk.allocation.situation(need_id("well"))
            assert state
            assert state.open_proposals == 0
            again = heard_capability("ada", version=9)
            assert await desk.facts.keep_capability(again, model=MODEL) == Kept.NOTHING
            assert await desk.library.near(a_vector(1.0), MODEL, at_most=9) == []
