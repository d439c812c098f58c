"""How any store of the matcher must search and count; run on the fake and on PostgreSQL."""

import numpy as np

from services.matcher.application.store_ports import (
    Begin,
    Count,
)
from services.matcher.domain.eligibility import Standing
from services.matcher.domain.proposal import ProposalState
from tests.support.builders_matching import (
    MODEL,
    NOON,
    a_vector,
    capability_id,
    heard_capability,
    heard_need,
    need_id,
    news,
    represented_capability,
    represented_need,
)
from tests.support.keeping_matching import LONG_AGO, a_new_proposal, keep_capability, keep_need


class SearchSuite:
    async def test_what_is_not_represented_waits(self, begin: Begin) -> None:
        async with begin() as desk:
            for name in ("ada", "bob", "cleo"):
                await desk.facts.keep_capability(heard_capability(name), model=MODEL)
            gone = heard_capability("dan", standing=Standing.RETIRED)
            await desk.facts.keep_capability(gone, model=MODEL)
            await desk.facts.keep_need(heard_need("well"))
            await desk.facts.keep_need(heard_need("shut", is_open=False))
            assert await desk.waiting.count(MODEL) == Count(1, 3)
            assert [n.need_id for n in await desk.waiting.needs(MODEL, at_most=8)] == [
                str(need_id("well"))
            ]
            assert len(await desk.waiting.capabilities(MODEL, at_most=2)) == 2

    async def test_what_is_represented_waits_no_more_until_the_model_changes(
        self, begin: Begin
    ) -> None:
        await keep_need(begin, heard_need())
        await keep_capability(begin, heard_capability("ada"))
        async with begin() as desk:
            assert await desk.waiting.count(MODEL) == Count(0, 0)
            assert await desk.waiting.count("model-2") == Count(1, 1)

    async def test_a_representation_of_an_old_or_erased_text_is_not_kept(
        self, begin: Begin
    ) -> None:
        old = heard_capability("ada")
        async with begin() as desk:
            await desk.facts.keep_capability(old, model=MODEL)
            new = heard_capability("ada", version=2, title="Autre chose")
            await desk.facts.keep_capability(new, model=MODEL)
            await desk.waiting.keep_capabilities([represented_capability(old)])
            await desk.waiting.keep_needs([represented_need(heard_need("unknown"))])
            assert await desk.waiting.count(MODEL) == Count(0, 1)
            assert await desk.library.need(need_id("unknown"), MODEL) is None

    async def test_what_is_kept_comes_back_the_same(self, begin: Begin) -> None:
        wanted, offered = heard_need(), heard_capability("ada")
        await keep_need(begin, wanted)
        await keep_capability(begin, offered, 3.0, 4.0)
        async with begin() as desk:
            need = await desk.library.need(need_id(), MODEL)
            (sheet,) = await desk.library.capabilities([capability_id("ada")], MODEL)
        assert need
        assert (need.organisation_id, need.version) == (wanted.organisation_id, 1)
        put, got = represented_need(wanted), need.representation
        assert (got.need, got.stems, got.spans, got.sdgs) == (
            put.need,
            put.stems,
            put.spans,
            put.sdgs,
        )
        for name in ("whole", "question_vectors", "span_vectors"):
            np.testing.assert_array_equal(getattr(got, name), getattr(put, name))
        kept, back = represented_capability(offered, 3.0, 4.0), sheet.representation
        assert (back.capability, back.parts, back.stems) == (
            kept.capability,
            kept.parts,
            kept.stems,
        )
        np.testing.assert_array_equal(back.whole, kept.whole)
        np.testing.assert_array_equal(back.part_vectors, kept.part_vectors)

    async def test_the_nearest_come_first(self, begin: Begin) -> None:
        directions = {"ada": (1.0, 0.0), "bob": (0.0, 1.0), "cleo": (1.0, 0.2)}
        for name, direction in directions.items():
            await keep_capability(begin, heard_capability(name), *direction)
        async with begin() as desk:
            found = await desk.library.near(a_vector(1.0, 0.0), MODEL, at_most=2)
        assert found == [capability_id("ada"), capability_id("cleo")]

    async def test_those_that_share_most_stems_come_first(self, begin: Begin) -> None:
        stems: dict[str, tuple[str, ...]] = {
            "ada": ("fer",),
            "bob": ("fer", "puit"),
            "cleo": ("mot",),
        }
        async with begin() as desk:
            for name, written in stems.items():
                heard = heard_capability(name)
                await desk.facts.keep_capability(heard, model=MODEL)
                represented = represented_capability(heard, stems=written)
                await desk.waiting.keep_capabilities([represented])
            found = await desk.library.sharing(["fer", "puit"], MODEL, at_most=5)
        assert found == [capability_id("bob"), capability_id("ada")]

    async def test_retired_and_unrepresented_capabilities_are_not_found(self, begin: Begin) -> None:
        await keep_capability(begin, heard_capability("ada"))
        await keep_capability(begin, heard_capability("bob"))
        async with begin() as desk:
            gone = heard_capability("bob", version=2, standing=Standing.RETIRED)
            await desk.facts.keep_capability(gone, model=MODEL)
            await desk.facts.keep_capability(heard_capability("cleo"), model=MODEL)
            assert await desk.library.near(a_vector(1.0), MODEL, at_most=9) == [
                capability_id("ada")
            ]
            ids = [capability_id(name) for name in ("ada", "bob", "cleo")]
            assert len(await desk.library.capabilities(ids, MODEL)) == 1

    async def test_a_proposal_recorded_twice_is_kept_once(self, begin: Begin) -> None:
        await keep_need(begin, heard_need())
        async with begin() as desk:
            await desk.allocation.record(a_new_proposal("well", "ada"))
            await desk.allocation.record(a_new_proposal("well", "ada", wave=2))
            state = await desk.allocation.situation(need_id())
            assert state
            assert (state.proposals, state.waves, state.open_proposals) == (1, 1, 1)

    async def test_a_researcher_is_counted_over_all_needs_and_capabilities(
        self, begin: Begin
    ) -> None:
        await keep_need(begin, heard_need("well"))
        async with begin() as desk:
            for name in ("ada", "ada's other work"):
                mine = heard_capability(name, researcher="ada", max_open=5)
                await desk.facts.keep_capability(mine, model=MODEL)
            await desk.facts.keep_proposal(news("well", "ada"))
            await desk.facts.keep_proposal(news("roof", "ada", ProposalState.DECLINED))
            await desk.facts.keep_proposal(news("tree", "ada", ProposalState.EXPIRED, silent=True))
            ids = [capability_id("ada"), capability_id("ada's other work"), capability_id("gone")]
            found = await desk.allocation.candidates(need_id("well"), ids, month_began=LONG_AGO)
            assert {c.capability_id for c in found} == {str(key) for key in ids[:2]}
            for one in found:
                assert (one.max_open, one.open_proposals, one.proposals_this_month) == (5, 1, 3)
                assert (one.asked_before, one.last_silence) == (True, NOON)
            (old,) = await desk.allocation.candidates(need_id("x"), ids[:1], month_began=NOON)
            assert (old.asked_before, old.proposals_this_month) == (False, 0)

    async def test_someone_never_asked_is_free(self, begin: Begin) -> None:
        async with begin() as desk:
            paused = heard_capability("ada", standing=Standing.PAUSED)
            await desk.facts.keep_capability(paused, model=MODEL)
            (found,) = await desk.allocation.candidates(
                need_id(), [capability_id("ada")], month_began=LONG_AGO
            )
        assert (found.open_proposals, found.asked_before, found.last_silence) == (0, False, None)
        assert (found.standing, found.paused_until) == (Standing.PAUSED, paused.paused_until)

    async def test_a_need_not_heard_of_has_no_situation(self, begin: Begin) -> None:
        async with begin() as desk:
            await desk.allocation.lock(need_id())
            assert await desk.allocation.situation(need_id()) is None
