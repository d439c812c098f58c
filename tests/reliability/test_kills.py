"""Any process may be killed at any instant; started again, the journey completes, once."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.embedded.mailbox.store import JsonMail
from deploy.embedded.ports import Ports
from deploy.embedded.stack import SERVICES, Stack
from tests.e2e.conftest import QUICK
from tests.e2e.journey import EMAIL, RIVER, Journey, metric, river_samples, until_true
from tests.e2e.paper_browser import PaperBrowser

pytestmark = pytest.mark.timeout(300)
KILLED = 137
MAILS = 7
"""A confirmation, three proposals, a team willing, two introductions."""


@pytest.fixture
async def ready(journey: Journey, tmp_path: Path) -> Journey:
    """Researchers are published, and nothing is on its way."""
    await journey.load_samples(river_samples(tmp_path))
    return journey


async def test_a_relay_killed_after_it_sent_sends_again_and_nothing_happens_twice(
    ready: Journey,
) -> None:
    await arm(ready.stack, "profiles", "relay.after_send")
    with suppress(httpx.TransportError):
        await ready.deposit()
    await revive(ready.stack, "profiles")
    await to_the_end(ready)
    heard_twice = await metric(
        ready.stack, "notifier", "consumed_events_total", outcome="duplicate"
    )
    assert heard_twice > 0


@pytest.mark.parametrize("reader", ["matcher", "notifier", "profiles"])
async def test_a_reader_killed_after_its_commit_hears_again_and_nothing_happens_twice(
    ready: Journey, reader: str
) -> None:
    await arm(ready.stack, reader, "consumer.after_commit")
    await ready.deposit()
    if reader != "notifier":
        with suppress(httpx.TransportError):
            await ready.confirm()
    await revive(ready.stack, reader)
    await to_the_end(ready, confirmed=reader != "notifier")
    assert await heard_twice(ready.stack, reader)


async def test_a_sender_killed_between_body_and_answer_sends_once_more_and_counts_it(
    ready: Journey,
) -> None:
    await arm(ready.stack, "notifier", "mail.after_body")
    await ready.deposit()
    await revive(ready.stack, "notifier")
    copies = await ready.stack.mailbox.wait_for(to=EMAIL, count=2, within_s=60)
    assert len({copy["message_id"] for copy in copies}) == 1
    await to_the_end(ready, mails=MAILS + 1)

    async def counted() -> bool:
        return await metric(ready.stack, "notifier", "possible_duplicates_total") == 1

    await until_true(counted, what="the copy counted")


@pytest.mark.parametrize("place", ["mail.after_claim", "mail.before_data"])
async def test_a_sender_killed_before_the_body_sends_one_mail(ready: Journey, place: str) -> None:
    await arm(ready.stack, "notifier", place)
    await ready.deposit()
    await revive(ready.stack, "notifier")
    await to_the_end(ready)
    assert await metric(ready.stack, "notifier", "possible_duplicates_total") == 0


async def test_a_matcher_killed_while_it_reads_capabilities_reads_only_the_rest(
    journey: Journey, tmp_path: Path
) -> None:
    journey.stack.extra["matcher"]["PASSERELLE_REPRESENT_BATCH"] = "2"
    await arm(journey.stack, "matcher", "represent.after_commit:2")
    await journey.load_samples(river_samples(tmp_path))
    assert await journey.stack.until_ended("matcher") == KILLED
    before = await representations(journey.stack)
    await revive(journey.stack, "matcher")

    async def all_read() -> bool:
        return len(await representations(journey.stack)) == len(RIVER)

    await until_true(all_read, within_s=60, what="every capability read")
    assert 2 <= len(before) < len(RIVER)
    assert before.items() <= (await representations(journey.stack)).items()


async def test_all_services_may_be_killed_after_every_step(ready: Journey) -> None:
    await ready.deposit()
    await all_killed(ready.stack)
    await ready.confirm()
    await all_killed(ready.stack)
    (one, *_) = await ready.asked(3)
    await all_killed(ready.stack)
    await ready.answer(one, "accept")
    await all_killed(ready.stack)
    willing = await ready.told(EMAIL, after=1)
    await ready.answer(willing, "accept")
    await all_killed(ready.stack)
    await introduced(ready, one["to"][0])
    mails = await ready.stack.mailbox.mails()
    assert len({mail["message_id"] for mail in mails}) == MAILS


async def test_everything_may_be_stopped_and_started_in_the_middle(tmp_path: Path) -> None:
    folder, ports = tmp_path / "demo", Ports.free()

    def again() -> Stack:
        return Stack(folder=folder, ports=ports, durable=False, common=QUICK)

    async with PaperBrowser.opened() as browser:
        async with again() as stack:
            journey = Journey(stack, browser)
            await journey.load_samples(river_samples(tmp_path))
            await journey.deposit()
            await journey.confirm()
        async with again() as stack:
            journey = Journey(stack, browser)
            (one, *_) = await journey.asked(3)
            await journey.answer(one, "accept")
        async with again() as stack:
            journey = Journey(stack, browser)
            await journey.answer(await journey.told(EMAIL, after=1), "accept")
            await introduced(journey, one["to"][0])
            assert_once(await journey.stack.mailbox.mails(), MAILS)
    await again().forget()


async def arm(stack: Stack, service: str, place: str) -> None:
    """Have a service kill itself the first time it passes a place."""
    await stack.stop(service)
    stack.extra[service]["PASSERELLE_FAILPOINT"] = place
    await stack.start(service)


async def revive(stack: Stack, service: str) -> None:
    """See that it killed itself, and start it again."""
    assert await stack.until_ended(service) == KILLED
    stack.extra[service].clear()
    await stack.start(service)


async def all_killed(stack: Stack) -> None:
    for service in SERVICES:
        await stack.kill(service)
    for service in SERVICES:
        stack.begin(service)
    for service in SERVICES:
        await stack.until_ready(service)


async def to_the_end(journey: Journey, *, confirmed: bool = False, mails: int = MAILS) -> None:
    if not confirmed:
        await journey.confirm()
    (one, *_) = await journey.asked(3)
    await journey.answer(one, "accept")
    sent_before = 1 + mails - MAILS
    await journey.answer(await journey.told(EMAIL, after=sent_before), "accept")
    await introduced(journey, one["to"][0])
    assert_once(await journey.stack.mailbox.mails(), mails)


async def representations(stack: Stack) -> dict[str, str]:
    """The capabilities that the matcher has read, each with the row version it was written in."""
    connection = await asyncpg.connect(stack.dsn("matcher"))
    try:
        rows = await connection.fetch(
            "select capability_id::text, xmin::text as written from capability_representation"
        )
    finally:
        await connection.close()
    return {row["capability_id"]: row["written"] for row in rows}


async def heard_twice(stack: Stack, reader: str) -> bool:
    """Whether a service was handed events that it knew already."""
    return await metric(stack, reader, "consumed_events_total", outcome="duplicate") > 0


async def introduced(journey: Journey, researcher: str) -> None:
    await journey.stack.mailbox.wait_for(to=EMAIL, subject="Mise en relation", within_s=60)
    asked_and_introduced = await journey.stack.mailbox.wait_for(to=researcher, count=2, within_s=60)
    assert EMAIL in asked_and_introduced[0]["text"]


def assert_once(mails: list[JsonMail], count: int) -> None:
    seen = Counter(mail["message_id"] for mail in mails)
    assert len(mails) == count, [(mail["to"], mail["subject"]) for mail in mails]
    assert len(seen) == MAILS
