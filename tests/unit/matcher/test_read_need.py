"""Reading a need: told once, told anew when there is something new, question by question."""

from dataclasses import replace
from uuid import UUID

from typing_extensions import override

from services.matcher.application.propose_researchers import Search
from services.matcher.application.read_need import ReadNeed
from services.matcher.application.reading_ports import Guessed
from services.matcher.application.represent import Represent
from services.matcher.application.store_ports import HeardCapability, HeardNeed
from services.matcher.domain.representation import NeedRepresentation
from shared.contracts.matches import NeedRead
from tests.support.builders_matching import (
    NOON,
    heard_capability,
    heard_need,
    need_id,
)
from tests.support.fakes_matching_models import WordEmbedder, represent_with, score_by_meaning
from tests.support.fakes_matching_readings import FirstSubjects
from tests.support.fakes_matching_store import FakeStore

IRON = "Le fer dans les puits, par ada"
SCHOOLS = "Pourquoi fermer son école ?"
SUBJECTS = ("T10790", "T10139")


def asking(*questions: str) -> list[dict[str, str]]:
    return [{"text": text, "origin": "organisation"} for text in questions]


def represent() -> Represent:
    return represent_with(WordEmbedder())


def reading(store: FakeStore, *subjects: str) -> ReadNeed:
    search = Search(represent().version, candidates=50)
    known = FirstSubjects(*(subjects or SUBJECTS))
    return ReadNeed(store.begin, represent(), score_by_meaning(), known, search, lambda: NOON)


async def add_need(store: FakeStore, heard: HeardNeed) -> None:
    async with store.begin() as desk:
        await desk.facts.keep_need(heard)
        await desk.agenda.mark([UUID(heard.need.need_id)])
        await desk.waiting.keep_needs([represent().need(heard.need)])


async def add(store: FakeStore, heard: HeardCapability) -> None:
    async with store.begin() as desk:
        await desk.facts.keep_capability(heard, model=represent().version)
        await desk.waiting.keep_capabilities(represent().capabilities([heard.capability]))


async def choose(store: FakeStore) -> None:
    """As if people had been chosen for the need as it stands."""
    marks = store.marks[need_id()]
    marks.marked += 1
    marks.settled = marks.marked


def told(store: FakeStore) -> list[NeedRead]:
    return store.told_of(NeedRead)


async def test_a_published_need_is_read_at_once() -> None:
    store = FakeStore()
    assert await reading(store)() is None
    await add_need(store, heard_need())
    assert await reading(store)()
    (event,) = told(store)
    assert (event.need_id, event.need_version, event.version) == (need_id(), 1, 1)
    assert [guess.id for guess in event.subjects] == list(SUBJECTS)
    assert event.subjects[0].weight > event.subjects[1].weight
    assert event.questions == ()
    assert await reading(store)() is None


async def test_at_most_eight_subjects_are_told() -> None:
    store = FakeStore()
    await add_need(store, heard_need())
    await reading(store, *(f"T{n}" for n in range(20)))()
    assert len(told(store)[0].subjects) == 8


async def test_the_same_result_of_the_same_version_is_told_once() -> None:
    store = FakeStore()
    await add_need(store, heard_need())
    await reading(store)()
    store.readings[need_id()] = replace(store.readings[need_id()], model="older")
    assert await reading(store)() is False
    assert len(told(store)) == 1


async def test_another_result_of_the_same_version_is_told_too() -> None:
    store = FakeStore()
    await add_need(store, heard_need())
    for subject in ("T1", "T2", "T1"):
        if need_id() in store.readings:
            store.readings[need_id()] = replace(store.readings[need_id()], model="older")
        assert await reading(store, subject)()
    assert [event.subjects[0].id for event in told(store)] == ["T1", "T2", "T1"]
    assert [event.version for event in told(store)] == [1, 2, 3]


async def test_a_new_version_is_read_again() -> None:
    store = FakeStore()
    for version in (1, 2):
        await add_need(store, heard_need(version=version))
        assert await reading(store)()
    assert [(e.need_version, e.version) for e in told(store)] == [(1, 1), (2, 1)]
    assert len({event.id for event in told(store)}) == 2


async def test_a_question_that_leads_nowhere_is_said_so_once_people_were_chosen() -> None:
    store = FakeStore()
    await add_need(store, heard_need(questions=asking(IRON, SCHOOLS)))
    await add(store, heard_capability("ada"))
    await reading(store)()
    assert told(store)[-1].questions == ()
    assert await reading(store)() is None

    await choose(store)
    assert await reading(store)()
    assert [(q.position, q.answered) for q in told(store)[-1].questions] == [(0, True), (1, False)]
    await choose(store)
    assert await reading(store)() is False


async def test_a_question_that_finds_an_answer_later_is_said_so() -> None:
    store = FakeStore()
    await add_need(store, heard_need(questions=asking(IRON)))
    await choose(store)
    await reading(store)()
    assert [q.answered for q in told(store)[-1].questions] == [False]

    await add(store, heard_capability("ada"))
    await choose(store)
    await reading(store)()
    assert [q.answered for q in told(store)[-1].questions] == [True]


async def test_a_need_that_changes_while_it_is_read_is_read_as_it_is_then() -> None:
    store = FakeStore()
    await add_need(store, heard_need())

    class Changing(FirstSubjects):
        @override
        def nearest(self, need: NeedRepresentation, at_most: int = 8) -> list[Guessed]:
            store.needs[need_id()] = heard_need(version=2, title="Autre chose")
            return []

    assert await replace(reading(store), subjects=Changing())() is False
    assert told(store) == []


async def test_an_erased_need_is_not_read() -> None:
    store = FakeStore()
    await add_need(store, heard_need())
    async with store.begin() as desk:
        await desk.facts.forget_need(need_id())
    assert await reading(store)() is None
