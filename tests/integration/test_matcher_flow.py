"""The matcher's use cases on a real database: what they must do together."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.matcher.adapters.postgres import desk_on, transactions
from services.matcher.adapters.shipped import shipped_matching
from services.matcher.app import MIGRATIONS
from services.matcher.application.explain_match import ExplainMatch
from services.matcher.application.propose_researchers import ProposeResearchers, Search
from services.matcher.application.represent import Represent
from services.matcher.application.represent_waiting import RepresentWaiting
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.consumer import Consumer
from services.matcher.domain.eligibility import AskingRules
from shared.contracts.event import Event, Tombstone
from shared.contracts.introductions import Answer, DeliveryFailed, ProposalAnswered
from shared.contracts.matches import MatchProposed, NeedUnmatched
from shared.contracts.needs import NeedPublished
from shared.contracts.wire import decode
from shared.runtime.outbox import message_from_row
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from tests.support.builders_events import an_id
from tests.support.builders_matching import (
    NOON,
    RULES,
    answered,
    capability_erased,
    capability_published,
    need_erased,
    need_id,
    need_published,
    researcher_id,
)
from tests.support.fakes_matching_models import (
    WordEmbedder,
    explain_plainly,
    represent_with,
    score_by_meaning,
)

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

PATIENCE_S = 60.0


@dataclass
class Matcher:
    """One process of the matcher, moved by hand."""

    pool: "Database"
    represent: Represent
    score: ScoreMatches
    explain: ExplainMatch
    rules: AskingRules = RULES
    now: datetime = NOON
    feature_set: str = ""

    async def hear(self, *events: Event | Tombstone) -> None:
        consumer = Consumer(desk_on, self.rules, self.represent.version)
        async with self.pool.acquire() as connection, connection.transaction():
            for event in events:
                await consumer(event, connection)

    async def represent_all(self) -> None:
        round_ = RepresentWaiting(transactions(self.pool), self.represent, self.rules, 8)
        while (await round_()).done:
            pass

    async def propose_all(self) -> None:
        begin, model = transactions(self.pool), self.represent.version
        search = Search(model, feature_set=self.feature_set)
        propose = ProposeResearchers(
            begin, self.score, self.explain, self.rules, search, lambda: self.now
        )
        while True:
            async with begin() as desk:
                due = await desk.agenda.next_due(model, self.now, patience_s=PATIENCE_S)
            if due is None:
                return
            await propose(due)

    async def work(self, *events: Event | Tombstone) -> list[Event]:
        """Hear, then do all that follows; returns what is told for the first time."""
        before = await self.told()
        await self.hear(*events)
        await self.represent_all()
        await self.propose_all()
        return (await self.told())[len(before) :]

    async def told(self) -> list[Event]:
        rows = await self.pool.fetch("select * from outbox order by id")
        events = [decode(message_from_row(dict(row))) for row in rows]
        return [event for event in events if isinstance(event, Event)]

    async def everything(self) -> str:
        """All rows of all tables, as text, and what their bytes say."""
        names = await self.pool.fetch("select tablename from pg_tables where schemaname = 'public'")
        rows = [
            await self.pool.fetch(f"select t::text as row from {name['tablename']} t order by 1")
            for name in names
        ]
        told = [event.model_dump_json() for event in await self.told()]
        return "\n".join([*(row["row"] for table in rows for row in table), *told])


def process(pool: "Database") -> Matcher:
    return Matcher(pool, represent_with(WordEmbedder()), score_by_meaning(), explain_plainly())


@pytest.fixture
async def pool(module_database_dsn: str) -> AsyncGenerator["Database"]:
    async with open_pool(module_database_dsn, most=8) as opened:
        await migrate(opened, MIGRATIONS)
        await opened.execute("truncate capability, need, proposal, erased, outbox cascade")
        yield opened


@pytest.fixture
def matcher(pool: "Database") -> Matcher:
    return process(pool)


def asked(events: Sequence[Event]) -> list[UUID]:
    return [event.researcher_id for event in events if isinstance(event, MatchProposed)]


def a_decline(proposed: Event) -> ProposalAnswered:
    assert isinstance(proposed, MatchProposed)
    ids = (
        proposed.proposal_id,
        proposed.need_id,
        proposed.capability_id,
        proposed.researcher_id,
    )
    return answered(ids, Answer.DECLINED)


FIVE = [capability_published(name) for name in ("ada", "bob", "cleo", "dan", "eve")]


async def test_a_published_need_reaches_three_researchers(matcher: Matcher) -> None:
    told = await matcher.work(*FIVE, need_published())
    assert len(set(asked(told))) == 3
    assert len(told) == 3


async def test_a_decline_makes_the_next_asked(matcher: Matcher) -> None:
    first = await matcher.work(*FIVE, need_published())
    told = await matcher.work(a_decline(first[0]))
    assert len(asked(told)) == 1
    assert not set(asked(told)) & set(asked(first))


async def test_a_new_capability_wakes_a_watched_need(matcher: Matcher) -> None:
    told = await matcher.work(capability_published("ada"), need_published())
    assert [type(event) for event in told] == [MatchProposed, NeedUnmatched]
    told = await matcher.work(capability_published("bob"))
    assert asked(told) == [researcher_id("bob")]


async def test_a_watched_need_is_tried_again_by_itself(matcher: Matcher) -> None:
    resting = capability_published("ada", max_open=1)
    await matcher.work(resting, need_published("roof"))
    told = await matcher.work(need_published("well"))
    assert asked(told) == []
    (first,) = [event for event in await matcher.told() if isinstance(event, MatchProposed)]
    assert asked(await matcher.work(a_decline(first))) == []
    matcher.now = NOON + timedelta(hours=2)
    assert asked(await matcher.work()) == [researcher_id("ada")]


async def test_hearing_everything_again_changes_nothing(matcher: Matcher) -> None:
    events = [*FIVE, need_published("well"), need_published("roof")]
    first = await matcher.work(*events)
    events.append(a_decline(first[0]))
    await matcher.work(events[-1])
    before = await matcher.everything()
    assert await matcher.work(*events) == []
    assert await matcher.everything() == before


async def test_a_new_process_finishes_what_another_began(pool: "Database") -> None:
    killed = process(pool)
    await killed.hear(*FIVE, need_published())
    await killed.represent_all()
    restarted = process(pool)
    assert len(asked(await restarted.work())) == 3
    assert isinstance(restarted.represent.embedder, WordEmbedder)
    assert restarted.represent.embedder.encoded == 0


async def test_a_mail_that_failed_changes_nothing(matcher: Matcher) -> None:
    await matcher.work(*FIVE, need_published())
    before = await matcher.everything()
    failed = DeliveryFailed(
        id=an_id("failed"),
        occurred_at=NOON,
        need_id=need_id(),
        party_id=researcher_id("ada"),
        mail_kind="proposal",
        reason="refused",
    )
    assert await matcher.work(failed) == []
    assert await matcher.everything() == before


@pytest.mark.parametrize("seed", range(5))
async def test_processes_that_decide_at_once_never_exceed_a_cap(
    pool: "Database", seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    caps = {name: chance.randint(1, 3) for name in ("ada", "bob", "cleo", "dan", "eve")}
    offers = [capability_published(name, max_open=cap) for name, cap in caps.items()]
    needs = [need_published(f"need {number}") for number in range(8)]
    processes = [process(pool) for _ in range(3)]
    await processes[0].hear(*offers, *needs)
    await processes[0].represent_all()
    for _ in range(3):
        await asyncio.gather(*(one.propose_all() for one in processes))
        told = [e for e in await processes[0].told() if isinstance(e, MatchProposed)]
        open_now = await pool.fetch(
            "select researcher_id, count(*) as n from proposal where state = 'open' group by 1"
        )
        most = {researcher_id(name): cap for name, cap in caps.items()}
        assert all(row["n"] <= most[row["researcher_id"]] for row in open_now)
        assert max(Counter(e.researcher_id for e in told).values()) <= 3
        assert max(Counter((e.need_id, e.researcher_id) for e in told).values()) == 1
        assert sum(row["n"] for row in open_now) > 0
        await processes[0].hear(*(a_decline(e) for e in chance.sample(told, 2)))


async def test_an_erased_need_leaves_no_word_behind(matcher: Matcher) -> None:
    need = need_published(description="Une phrase canari bien longue sur le fer du puits.")
    await matcher.work(*FIVE, need)
    assert "canari" in await matcher.everything()
    await matcher.hear(need_erased())
    await matcher.hear(replace_version(need, 9))
    assert "canari" not in await matcher.everything()


async def test_an_erased_capability_leaves_no_word_and_another_is_asked(matcher: Matcher) -> None:
    canary = capability_published("canary", summary="Une phrase canari sur le fer des puits.")
    offers = [capability_published("ada"), canary, capability_published("bob")]
    await matcher.work(*offers, need_published())
    await matcher.hear(capability_erased("canary"))
    assert "canari" not in await matcher.everything()
    assert asked(await matcher.work(capability_published("cleo"))) == [researcher_id("cleo")]


def replace_version(event: NeedPublished, version: int) -> NeedPublished:
    return event.model_copy(update={"version": version, "id": an_id(f"{event.id}/{version}")})


async def test_the_shipped_models_find_the_work_that_answers(pool: "Database") -> None:
    shipped = shipped_matching()
    matcher = Matcher(
        pool,
        shipped.represent,
        shipped.score,
        shipped.explain,
        replace(shipped.rules, wave=1),
    )
    about = {
        "wells": ("Fer et manganèse dans l'eau des puits", "Nous analysons l'eau potable."),
        "stars": ("Formation des galaxies", "Nous observons les galaxies lointaines."),
        "law": ("Droit des contrats", "Nous étudions la jurisprudence commerciale."),
        "birds": ("Migration des oiseaux", "Nous baguons des passereaux."),
        "chess": ("History of chess in Europe", "We read old treatises on the game."),
    }
    offers = [
        capability_published(name, title=title, summary=summary)
        for name, (title, summary) in about.items()
    ]
    told = await matcher.work(*offers, need_published())
    assert asked(told) == [researcher_id("wells")]
    (event,) = told
    assert isinstance(event, MatchProposed)
    assert event.model_version == shipped.model_version
    assert any("puits" in reason.need_span for reason in event.reasons)
