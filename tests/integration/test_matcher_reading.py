"""Reading on a real database: told beside the proposals, and nobody is asked twice for it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

import pytest

from services.matcher.adapters.postgres import transactions
from services.matcher.app import MIGRATIONS
from services.matcher.application.propose_researchers import Search
from services.matcher.application.read_need import ReadNeed
from shared.contracts.event import Event
from shared.contracts.matches import NeedRead, NeedUnmatched
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from tests.integration.test_matcher_flow import FIVE, Matcher, a_decline, asked, process
from tests.support.builders_matching import (
    capability_published,
    need_closed,
    need_erased,
    need_published,
)
from tests.support.fakes_matching_readings import FirstSubjects

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

SUBJECTS = FirstSubjects("T10790", "T10139")
TICKS = [{"id": "T10790", "origin": "organisation"}]
ASKED = [
    {"text": "Nous mesurons le fer dans les puits de village.", "origin": "facilitator"},
    {"text": "Pourquoi fermer son école ?", "origin": "organisation"},
]


@pytest.fixture
async def pool(module_database_dsn: str) -> AsyncGenerator["Database"]:
    async with open_pool(module_database_dsn, most=8) as opened:
        await migrate(opened, MIGRATIONS)
        await opened.execute("truncate capability, need, proposal, erased, outbox cascade")
        yield opened


@pytest.fixture
def matcher(pool: "Database") -> Matcher:
    return process(pool)


def reading(matcher: Matcher) -> ReadNeed:
    search = Search(matcher.represent.version)
    return ReadNeed(
        transactions(matcher.pool),
        matcher.represent,
        matcher.score,
        SUBJECTS,
        search,
        lambda: matcher.now,
    )


async def read_all(matcher: Matcher) -> list[NeedRead]:
    """Read what should be; returns what is told for the first time."""
    before, read = readings(await matcher.told()), reading(matcher)
    while await read() is not None:
        pass
    return readings(await matcher.told())[len(before) :]


def readings(events: Sequence[Event]) -> list[NeedRead]:
    return [event for event in events if isinstance(event, NeedRead)]


async def test_a_need_is_read_before_anyone_was_chosen(matcher: Matcher) -> None:
    await matcher.hear(need_published())
    await matcher.represent_all()
    (event,) = await read_all(matcher)
    assert [guess.id for guess in event.subjects] == ["T10790", "T10139"]
    assert await read_all(matcher) == []


async def test_ticks_and_questions_are_used_at_once_and_nobody_is_asked_twice(
    matcher: Matcher,
) -> None:
    first = await matcher.work(*FIVE, need_published())
    await read_all(matcher)
    changed = need_published(version=2, subjects=TICKS, questions=ASKED)

    assert asked(await matcher.work(changed)) == [], "no place is free"
    (event,) = await read_all(matcher)
    assert event.need_version == 2
    assert [question.answered for question in event.questions] == [True, False]
    kept = await matcher.pool.fetchval("select content from need")
    assert "T10790" in kept
    assert "puits de village" in kept

    then = asked(await matcher.work(a_decline(first[0])))
    assert len(then) == 1
    again = need_published(version=3, subjects=[], questions=ASKED)
    last = asked(await matcher.work(again, a_decline(first[1])))
    everyone = [*asked(first), *then, *last]
    assert len(everyone) == len(set(everyone)) == 5


async def test_a_need_on_watch_is_matched_again_but_told_once(matcher: Matcher) -> None:
    first = await matcher.work(capability_published("ada"), need_published())
    then = await matcher.work(need_published(version=2, subjects=TICKS))
    assert asked(then) == []
    assert [type(event) for event in (*first[1:], *then)] == [NeedUnmatched, NeedUnmatched]
    assert asked(await matcher.work(capability_published("bob"))) != []


async def test_a_question_is_compared_again_when_someone_new_comes(matcher: Matcher) -> None:
    asking = {"text": "Les mousses de la rivière après un orage", "origin": "facilitator"}
    await matcher.work(need_published(questions=[asking]))
    (first,) = await read_all(matcher)
    assert [question.answered for question in first.questions] == [False]
    await matcher.work(
        capability_published("ada", title="Les mousses de la rivière", summary="Après un orage.")
    )
    (second,) = await read_all(matcher)
    assert [question.answered for question in second.questions] == [True]
    assert (second.version, second.id != first.id) == (2, True)


async def test_hearing_everything_again_reads_nothing_again(matcher: Matcher) -> None:
    events = [*FIVE, need_published(), need_published(version=2, questions=ASKED)]
    await matcher.work(*events)
    assert len(await read_all(matcher)) == 1
    before = await matcher.everything()
    await matcher.work(*events)
    assert await read_all(matcher) == []
    assert await matcher.everything() == before


async def test_two_processes_that_read_at_once_tell_once(pool: "Database") -> None:
    matcher, other = process(pool), process(pool)
    await matcher.work(*FIVE, need_published(questions=ASKED))
    told = await asyncio.gather(*(reading(one)() for one in (matcher, other)))
    assert len(readings(await matcher.told())) == 1
    assert [one for one in told if one] == [True]


async def test_closed_and_erased_needs_are_not_read(matcher: Matcher) -> None:
    await matcher.hear(need_published("well"), need_published("roof"))
    await matcher.represent_all()
    await matcher.hear(need_closed("well"), need_erased("roof"))
    assert await read_all(matcher) == []
