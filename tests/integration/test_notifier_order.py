"""Events may come in any order across topics, and any number of times."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from random import Random

import pytest

from deploy.embedded.mailbox import Mailbox
from shared.contracts.event import Event
from shared.contracts.topics import CONTACTS
from tests.support.builders_notifier import (
    ORGANISATION,
    RESEARCHER,
    capability_paused,
    capability_published,
    letter,
    match_proposed,
    need_closed,
    need_published,
    organisation_contact,
    researcher_contact,
    the_world,
    tombstone,
)
from tests.support.fakes_notifier import Bench, a_bench

OUTPUTS = ({"title": "Le plomb des jardins"},)


@pytest.fixture
async def bench(database_dsn: str, mailbox: Mailbox) -> AsyncGenerator[Bench, None]:
    async with a_bench(database_dsn, mailbox) as opened:
        yield opened


async def test_a_match_that_comes_before_all_that_it_names_waits_for_it(bench: Bench) -> None:
    await bench.hear(match_proposed())
    for event in the_world():
        assert not await bench.deliveries("proposal")
        await bench.hear(event)
    await bench.send()
    assert len(bench.mails(RESEARCHER)) == 1


async def test_a_match_that_comes_before_the_verification_waits_for_it(bench: Bench) -> None:
    organisation, need, _, capability = the_world()
    unverified = researcher_contact(verified=False)
    await bench.hear(organisation, need, capability, unverified, match_proposed())
    assert not await bench.deliveries()
    await bench.hear(researcher_contact(version=2))
    await bench.send()
    assert len(bench.mails(RESEARCHER)) == 1


async def test_hearing_all_again_three_times_changes_nothing(bench: Bench) -> None:
    heard = [*the_world(), match_proposed(), letter("magic_link"), capability_paused("bob")]
    await bench.hear(*heard, *the_world("bob"))
    await bench.send()
    await bench.say(RESEARCHER, "accept")
    await bench.pass_time(seconds=601)
    before, mails = await bench.tables(), len(bench.mailbox.completed)
    for _ in range(3):
        await bench.hear(*heard, *heard)
        await bench.database.execute("truncate inbox")
        await bench.hear(*heard)
        await bench.send()
    assert await bench.tables() == before
    assert len(bench.mailbox.completed) == mails


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_across_topics_ends_the_same(bench: Bench, seed: int) -> None:
    heard: list[list[Event]] = [
        [organisation_contact(version=1, verified=False), organisation_contact(version=2)],
        [researcher_contact(version=1, verified=False), researcher_contact(version=2)],
        [need_published()],
        [capability_published()],
        [match_proposed()],
        [letter("magic_link")],
    ]
    draw = Random(seed)  # noqa: S311  # an order, not a secret
    while any(heard):
        topic = draw.choice([events for events in heard if events])
        await bench.hear(topic.pop(0))
    await bench.send()
    assert await bench.stage() == "sent"
    assert [len(bench.mails(party)) for party in (RESEARCHER, ORGANISATION)] == [1, 1]
    assert not await bench.database.fetch("select * from parked")


async def test_an_older_state_never_replaces_a_newer_one(bench: Bench) -> None:
    await bench.hear(need_closed(version=3), *the_world(), match_proposed())
    assert await bench.stage() == "withdrawn"
    await bench.hear(researcher_contact(version=5, email="new@example.org"))
    await bench.hear(researcher_contact(version=4))
    email = await bench.database.fetchval("select email from party where id = $1", RESEARCHER)
    assert email == "new@example.org"


@pytest.mark.parametrize("seed", range(4))
async def test_times_of_clocks_an_hour_off_order_nothing(bench: Bench, seed: int) -> None:
    draw = Random(seed)  # noqa: S311  # an order, not a secret
    told = [*the_world(), match_proposed(), letter("magic_link"), researcher_contact(version=3)]
    for event in told:
        hours = draw.choice([-1, 0, 1])
        await bench.hear(event.model_copy(update={"occurred_at": at(event, hours)}))
    await bench.send()
    assert await bench.stage() == "sent"
    assert [len(bench.mails(party)) for party in (RESEARCHER, ORGANISATION)] == [1, 1]
    newest = researcher_contact(version=5, email="new@example.org")
    older = researcher_contact(version=4)
    await bench.hear(newest.model_copy(update={"occurred_at": at(newest, -1)}))
    await bench.hear(older.model_copy(update={"occurred_at": at(older, 1)}))
    email = await bench.database.fetchval("select email from party where id = $1", RESEARCHER)
    assert email == "new@example.org"
    assert not await bench.database.fetch("select * from parked")


async def test_a_clock_that_jumps_back_sends_nothing_twice_and_goes_on(bench: Bench) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    await bench.pass_time(hours=-1)
    await bench.pass_time(hours=1)
    assert len(bench.mails(RESEARCHER)) == 1
    await bench.say(RESEARCHER, "accept")
    await bench.pass_time(hours=-1)
    assert await bench.stage() == "sent"
    await bench.pass_time(hours=1, seconds=601)
    assert len(bench.mails(ORGANISATION)) == 1


async def test_a_capability_without_a_title_goes_by_its_first_output(bench: Bench) -> None:
    await bench.hear(*the_world(), capability_published(version=2, title="", outputs=OUTPUTS))
    await bench.hear(match_proposed())
    await bench.send()
    assert "Le plomb des jardins" in bench.mails(RESEARCHER)[0].html


async def test_an_erased_party_stays_erased_whatever_comes_after(bench: Bench) -> None:
    await bench.hear(tombstone(CONTACTS, RESEARCHER), researcher_contact(version=9))
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    assert await bench.stage() == "withdrawn"
    assert not bench.mailbox.completed
    assert "Krakatov" not in str(await bench.tables())


def at(event: Event, hours: int) -> datetime:
    """When it happened, by a clock so many hours off."""
    return event.occurred_at + timedelta(hours=hours)
