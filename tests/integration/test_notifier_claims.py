"""A mail is looked at again just before it leaves: what changed meanwhile counts."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from deploy.embedded.mailbox import Mailbox
from services.notifier.application.mails import Composed
from services.notifier.application.ports import BodyMayStart
from services.notifier.domain.delivery import Outcome, Taken
from services.notifier.domain.proposal import TooLateError
from services.notifier.domain.register import Accept, Side
from shared.contracts.delivery import RejectedError
from shared.contracts.introductions import ProposalWithdrawn
from shared.contracts.matches import NeedUnmatched
from shared.contracts.topics import CONTACTS, MATCHES
from shared.runtime.postgres import open_pool
from tests.support.builders_notifier import (
    CAPABILITY,
    MONDAY_NOON,
    NEED,
    ORGANISATION,
    RESEARCHER,
    letter,
    match_proposed,
    the_world,
    tombstone,
)
from tests.support.fakes_notifier import Bench, a_bench


@pytest.fixture
async def bench(database_dsn: str, mailbox: Mailbox) -> AsyncGenerator[Bench, None]:
    async with a_bench(database_dsn, mailbox) as opened:
        yield opened


PENDING = '{"state": "pending", "round": 1, "asked_at": "2026-03-02T12:00:00+00:00"}'


@pytest.mark.parametrize(
    ("change", "reason", "stage"),
    [
        ("update party set erased = true where not is_organisation", "erased", "withdrawn"),
        ("update party set stopped = true", "unsubscribed", "withdrawn"),
        ("update proposal set stage = 'declined'", "answered or closed", "declined"),
        (f"update proposal set research = '{PENDING}'", "asked already", "approved"),
        ("update delivery set about = gen_random_uuid()", "no such proposal", "approved"),
    ],
)
async def test_a_proposal_that_nothing_asks_for_any_more_does_not_leave(
    bench: Bench, change: str, reason: str, stage: str
) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.database.execute(change)
    await bench.send()
    (delivery,) = await bench.deliveries()
    assert (delivery["state"], delivery["reason"]) == ("cancelled", reason)
    assert await bench.stage() == stage
    assert not bench.mailbox.completed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update party set stopped = true", "unsubscribed"),
        ("update proposal set stage = 'declined'", "answered or closed"),
        ('update proposal set research = \'{"state": "asking", "round": 2}\'', "not waiting"),
    ],
)
async def test_a_reminder_that_nothing_asks_for_does_not_leave(
    bench: Bench, change: str, reason: str
) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    await bench.database.execute(change)
    await bench.pass_time(days=5)
    first, _ = await bench.deliveries("proposal_reminder")
    assert first["reason"].startswith(reason)
    assert len(bench.mails(RESEARCHER)) == 1


@pytest.mark.parametrize("who", [RESEARCHER, ORGANISATION])
async def test_an_introduction_to_someone_erased_leaves_to_nobody(bench: Bench, who: UUID) -> None:
    await bench.hear(*the_world(introduce_directly=True), match_proposed())
    await bench.send()
    await bench.say(RESEARCHER, "accept")
    bench.clock.forward(seconds=601)
    await bench.workers.advance()
    await bench.hear(tombstone(CONTACTS, who))
    await bench.send()
    assert {d["state"] for d in await bench.deliveries("introduction")} == {"cancelled"}
    assert len(bench.mailbox.completed) == 1


async def test_a_change_of_mind_just_before_the_body_stops_the_mail(bench: Bench) -> None:
    async def slow(mail: Composed, may_start: BodyMayStart) -> Outcome | None:
        await bench.database.execute("update party set stopped = true")
        return Taken() if await may_start() else None

    await bench.hear(*the_world(), match_proposed())
    deliver = bench.workers.deliver
    await replace(deliver, hands=replace(deliver.hands, relay=slow))()
    (delivery,) = await bench.deliveries()
    assert (delivery["state"], delivery["reason"]) == ("cancelled", "unsubscribed")
    assert await bench.stage() == "withdrawn"


async def test_an_attempt_that_was_taken_from_its_worker_changes_nothing(bench: Bench) -> None:
    async def frozen(mail: Composed, may_start: BodyMayStart) -> Outcome | None:
        await bench.database.execute("update delivery set state = 'queued'")
        return Taken() if await may_start() else None

    await bench.hear(*the_world(), match_proposed())
    deliver = bench.workers.deliver
    await replace(deliver, hands=replace(deliver.hands, relay=frozen))()
    (delivery,) = await bench.deliveries()
    assert (delivery["state"], delivery["attempt"]) == ("queued", 1)
    await bench.send()
    assert len(bench.mails(RESEARCHER)) == 1


@pytest.mark.parametrize(
    ("meanwhile", "state"),
    [
        ("body_started = true", "in_doubt"),
        ("leased_until = clock_timestamp() + interval '1 minute'", "sending"),
        ("state = 'accepted'", "accepted"),
    ],
)
async def test_a_worker_that_was_only_slow_is_not_taken_for_dead_before_its_body(
    bench: Bench, meanwhile: str, state: str
) -> None:
    """Between looking for who is gone and freeing what they had, they may have gone on."""
    await bench.hear(*the_world(), match_proposed())
    await bench.database.execute(
        "update delivery set state = 'sending', attempt = 1,"
        " leased_until = clock_timestamp() - interval '1 s'"
    )
    close = bench.workers.deliver.close
    async with close.begin() as work:
        (found,) = await work.queue.left_behind()
    await bench.database.execute(f"update delivery set {meanwhile}")
    await close.free(found)
    (delivery,) = await bench.deliveries()
    assert delivery["state"] == state


async def test_the_organisation_can_say_later_too(bench: Bench) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    await bench.say(RESEARCHER, "accept")
    await bench.pass_time(seconds=601)
    await bench.say(ORGANISATION, "later", later_on="2026-03-04")
    await bench.pass_time(seconds=601)
    await bench.pass_time(days=2)
    subjects = [mail.subject[:20] for mail in bench.mails(ORGANISATION)]
    assert subjects == ["Une équipe de recher", "Comme convenu : L’ea"]


async def test_nothing_happens_to_a_proposal_that_is_not_there(bench: Bench) -> None:
    with pytest.raises(TooLateError):
        await bench.wiring.site().answer(uuid4(), Side.RESEARCH, Accept())
    before = await bench.tables()
    async with bench.workers.deliver.begin() as work:
        await bench.wiring.hearing().erase_contact.withdraw.one(work, uuid4())
        assert await bench.workers.advance._one(uuid4(), work) == ()
    assert await bench.tables() == before


async def test_what_the_notifier_does_not_know_is_rejected(bench: Bench) -> None:
    hearing = bench.wiring.hearing()
    unmatched = NeedUnmatched(id=uuid4(), occurred_at=MONDAY_NOON, need_id=NEED, candidates=0)
    stranger = ProposalWithdrawn(
        id=uuid4(),
        occurred_at=MONDAY_NOON,
        proposal_id=NEED,
        need_id=NEED,
        capability_id=CAPABILITY,
        researcher_id=RESEARCHER,
    )
    async with open_pool(bench.wiring.settings.database_url) as pool, pool.acquire() as connection:
        await hearing(unmatched, connection)
        for event in (stranger, tombstone(MATCHES, NEED)):
            with pytest.raises(RejectedError):
                await hearing(event, connection)


async def test_a_letter_to_someone_erased_is_not_written(bench: Bench) -> None:
    await bench.hear(tombstone(CONTACTS, ORGANISATION), letter("magic_link"))
    assert not await bench.deliveries()
