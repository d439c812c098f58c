"""What a need is about: who said what, how much of it, and who did it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profiles.application.admit import NotAdmittedError, Visitor
from services.profiles.application.describe_need import (
    AtTerminal,
    DescribeNeed,
    Description,
)
from services.profiles.application.read_described import ReadDescribed
from services.profiles.domain.reading import (
    MOST_QUESTIONS,
    MOST_SUBJECTS,
    Origin,
    Question,
    Reading,
    Tick,
    TooManyError,
    asked,
    offered,
    ticked,
)
from services.profiles.web.described import options_of, questions_of
from shared.contracts.event import derived_id
from shared.contracts.needs import NeedPublished
from shared.contracts.vocabularies import subjects
from tests.support.fakes_profiles import MASKS, a_need, an_id
from tests.unit.profiles.house import House

IDS = list(subjects())
ONE, TWO, THREE = IDS[:3]
HELPER = AtTerminal("Dominique Exemple")
NEED_ID = derived_id(an_id("form"), "need")
ids = st.lists(st.sampled_from(IDS[:30]), max_size=MOST_SUBJECTS)
origins = st.sampled_from(Origin)


def by_organisation(text: str) -> Question:
    return Question(text, text, Origin.ORGANISATION)


def by_facilitator(text: str) -> Question:
    return Question(text, text, Origin.FACILITATOR)


@given(ids, ids, origins, origins)
def test_ticks_are_what_was_ticked_last_and_keep_who_was_first(
    first: list[str], then: list[str], one: Origin, other: Origin
) -> None:
    before = ticked((), first, one)
    after = ticked(before, then, other)
    assert {tick.subject_id for tick in after} == set(then)
    assert all(tick.origin is (one if tick.subject_id in first else other) for tick in after)
    assert ticked(after, reversed(then), other) == after


def test_a_need_has_twenty_subjects_at_most() -> None:
    before = ticked((), IDS[:MOST_SUBJECTS], Origin.ORGANISATION)
    assert len(before) == MOST_SUBJECTS
    with pytest.raises(TooManyError):
        ticked(before, IDS[: MOST_SUBJECTS + 1], Origin.FACILITATOR)


def test_each_side_writes_its_own_questions() -> None:
    before = asked((), [by_organisation("a"), by_organisation("b")], Origin.ORGANISATION)
    both = asked(before, [by_facilitator("c")], Origin.FACILITATOR)
    assert [question.text for question in both] == ["a", "b", "c"]
    changed = asked(both, [by_organisation("d")], Origin.ORGANISATION)
    assert [question.text for question in changed] == ["c", "d"]


def test_a_need_has_four_questions_at_most_from_both_sides() -> None:
    before = asked((), [by_organisation(text) for text in "ab"], Origin.ORGANISATION)
    with pytest.raises(TooManyError):
        asked(before, [by_facilitator(text) for text in "cde"], Origin.FACILITATOR)
    assert len(asked(before, [by_facilitator(t) for t in "cd"], Origin.FACILITATOR)) == 4
    assert MOST_QUESTIONS == 4


def test_what_was_said_is_shown_before_what_was_guessed() -> None:
    ticks = (Tick(TWO, Origin.FACILITATOR), Tick(THREE, Origin.ORGANISATION))
    reading = Reading(an_id("need"), 2, 1, (ONE, THREE))
    assert offered(ticks, reading) == [TWO, THREE, ONE]
    assert offered(ticks, None) == [TWO, THREE]


def test_a_page_shows_what_is_ticked_on_it_rather_than_what_was_saved() -> None:
    need = a_need(subjects=(Tick(ONE, Origin.FACILITATOR),))
    (saved,) = options_of(need, None)
    assert (saved.ticked, saved.by_facilitator) == (True, True)
    shown = {option.subject.id: option.ticked for option in options_of(need, None, [TWO, "T0"])}
    assert shown == {ONE: False, TWO: True}


@pytest.mark.parametrize(
    ("version", "answered", "said"),
    [(1, (True,), True), (1, (False,), False), (0, (True,), None), (1, (), None)],
)
def test_an_answer_is_said_of_the_version_that_was_read(
    version: int, answered: tuple[bool, ...], *, said: bool | None
) -> None:
    need = a_need(questions=(by_organisation("a"),))
    reading = Reading(need.id, version, 1, answered=answered)
    assert [one.answered for one in questions_of(need, reading)] == [said]
    assert [one.answered for one in questions_of(need, None)] == [None]


@pytest.fixture
async def house() -> House:
    """A need is published."""
    return await House().with_confirmed_need()


def describing(house: House) -> DescribeNeed:
    return DescribeNeed(house.store.begin, house.clock, house.tally, MASKS)


def told(house: House) -> list[NeedPublished]:
    return list(house.told(NeedPublished))


def owner(house: House, need_id: UUID = NEED_ID) -> Visitor:
    return Visitor(house.store.needs[need_id].party_id, 0)


async def test_a_facilitator_describes_any_need_and_it_is_written_down(house: House) -> None:
    said = Description([ONE], ["Quelle algue sent chez Les Amis de la Vilaine ?"])
    await describing(house)(HELPER, NEED_ID, said)
    event = told(house)[-1]
    assert [(tick.id, tick.origin) for tick in event.subjects] == [(ONE, "facilitator")]
    assert event.questions[0].text == "Quelle algue sent chez [organisation masqué] ?"
    assert [(deed.who, deed.what, deed.n) for deed in house.store.deeds] == [
        (HELPER.name, "subjects", 1),
        (HELPER.name, "questions", 1),
    ]
    assert house.tally.counts["subjects by facilitator"] == 1
    assert HELPER.name not in event.model_dump_json()


async def test_both_sides_describe_the_same_need(house: House) -> None:
    describe = describing(house)
    await describe(HELPER, NEED_ID, Description([ONE], ["a ?"]))
    await describe(owner(house), NEED_ID, Description([ONE, TWO], ["b ?"]))
    event = told(house)[-1]
    assert [tick.origin for tick in event.subjects] == ["facilitator", "organisation"]
    assert [(q.text, q.origin) for q in event.questions] == [
        ("a ?", "facilitator"),
        ("b ?", "organisation"),
    ]
    assert event.version == 4
    assert len(house.store.deeds) == 2


async def test_saying_the_same_again_changes_nothing(house: House) -> None:
    said = Description([ONE, TWO], ["a ?", "a ?"])
    for _ in range(2):
        await describing(house)(owner(house), NEED_ID, said)
    assert len(told(house)) == 2
    assert [q.text for q in told(house)[-1].questions] == ["a ?"]
    assert house.tally.counts["questions by organisation"] == 1


async def test_what_is_not_said_stays(house: House) -> None:
    await describing(house)(owner(house), NEED_ID, Description([ONE], ["a ?"]))
    await describing(house)(owner(house), NEED_ID, Description(subject_ids=[TWO]))
    await describing(house)(owner(house), NEED_ID, Description(questions=["b ?"]))
    event = told(house)[-1]
    assert [tick.id for tick in event.subjects] == [TWO]
    assert [q.text for q in event.questions] == ["b ?"]


async def test_a_need_that_is_over_stays_as_it_is(house: House) -> None:
    await house.withdraw(owner(house), NEED_ID)
    await describing(house)(HELPER, NEED_ID, Description([ONE], ["a ?"]))
    assert len(told(house)) == 1
    assert house.store.deeds == []


async def test_nobody_reads_or_describes_what_is_not_theirs(house: House) -> None:
    await house.with_confirmed_offer()
    read = ReadDescribed(house.store.look)
    described = await read(HELPER, NEED_ID)
    assert (described.need.id, described.reading) == (NEED_ID, None)
    for author, need_id in (
        (Visitor(an_id("stranger"), 0), NEED_ID),
        (house.visitor("offer"), NEED_ID),
        (owner(house), an_id("unknown")),
        (HELPER, an_id("unknown")),
    ):
        with pytest.raises(NotAdmittedError):
            await read(author, need_id)
        with pytest.raises(NotAdmittedError):
            await describing(house)(author, need_id, Description([ONE]))
