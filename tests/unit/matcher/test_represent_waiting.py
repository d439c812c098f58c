"""Representing what waits."""

from services.matcher.application.represent_waiting import RepresentWaiting, Round
from services.matcher.application.store_ports import Count
from services.matcher.domain.eligibility import Standing
from tests.support.builders_matching import RULES, heard_capability, heard_need, need_id
from tests.support.fakes_matching_models import WordEmbedder, represent_with
from tests.support.fakes_matching_store import FakeStore


def a_round(
    store: FakeStore, embedder: WordEmbedder | None = None, *, at_most: int = 2
) -> RepresentWaiting:
    represent = represent_with(embedder or WordEmbedder())
    return RepresentWaiting(store.begin, represent, RULES, at_most)


async def heard(store: FakeStore, *names: str) -> None:
    async with store.begin() as desk:
        for name in names:
            await desk.facts.keep_capability(heard_capability(name), model="-")


async def a_need(store: FakeStore) -> None:
    async with store.begin() as desk:
        await desk.facts.keep_need(heard_need())


async def test_nothing_waits() -> None:
    assert await a_round(FakeStore())() == Round(0, 0)


async def test_capabilities_are_represented_a_few_at_a_time() -> None:
    store = FakeStore()
    await heard(store, "ada", "bob", "cleo")
    represent = a_round(store)
    assert [(await represent()).done for _ in range(3)] == [2, 1, 0]


async def test_a_need_goes_before_capabilities() -> None:
    store = FakeStore()
    await heard(store, "ada")
    await a_need(store)
    assert await a_round(store)() == Round(needs=1)


async def test_a_represented_capability_wakes_needs_with_a_free_place() -> None:
    store = FakeStore()
    await a_need(store)
    represent = a_round(store)
    await represent()
    await heard(store, "ada")
    await represent()
    assert store.marks[need_id()].marked == 1


async def test_what_is_kept_is_not_computed_again_by_a_new_process() -> None:
    store, embedder = FakeStore(), WordEmbedder()
    await heard(store, "ada")
    await a_round(store)()
    assert await a_round(store, embedder)() == Round()
    assert embedder.encoded == 0


async def test_another_model_represents_everything_again() -> None:
    store = FakeStore()
    await heard(store, "ada")
    await a_round(store)()
    assert (await a_round(store, WordEmbedder("words-2"))()).done == 1


async def test_paused_capabilities_are_represented_and_retired_ones_are_not() -> None:
    store = FakeStore()
    async with store.begin() as desk:
        for name, standing in (("ada", Standing.PAUSED), ("bob", Standing.RETIRED)):
            gone = heard_capability(name, standing=standing)
            await desk.facts.keep_capability(gone, model="-")
        represent = a_round(store, at_most=8)
        assert (await represent()).done == 1
        assert await desk.waiting.count(represent.represent.version) == Count(0, 0)
