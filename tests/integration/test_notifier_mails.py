"""Mails and a mail server that does everything wrong."""

from collections.abc import AsyncGenerator

import pytest

from deploy.embedded.mailbox import Fault, FaultKind, Mailbox
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import CAPABILITIES, CONTACTS, NEEDS
from tests.support.builders_events import an_id
from tests.support.builders_notifier import (
    CAPABILITY,
    NEED,
    ORGANISATION,
    RESEARCHER,
    capability_paused,
    capability_retired,
    letter,
    match_proposed,
    need_closed,
    organisation_contact,
    researcher,
    researcher_contact,
    the_world,
    tombstone,
)
from tests.support.fakes_notifier import Bench, a_bench


@pytest.fixture
async def bench(database_dsn: str, mailbox: Mailbox) -> AsyncGenerator[Bench, None]:
    async with a_bench(database_dsn, mailbox) as opened:
        yield opened


@pytest.mark.parametrize(
    ("fault", "state", "told"),
    [
        (FaultKind.DROP_ON_MAIL, "deferred", []),
        (FaultKind.DEFER_RECIPIENT, "deferred", []),
        (FaultKind.DEFER_BODY, "deferred", []),
        (FaultKind.DROP_AFTER_BODY, "in_doubt", []),
        (FaultKind.REFUSE_RECIPIENT, "failed", ["delivery.failed", "proposal.withdrawn"]),
    ],
)
async def test_each_failure_of_the_server_has_its_state(
    bench: Bench, fault: FaultKind, state: str, told: list[str]
) -> None:
    bench.mailbox.faults.add(Fault(fault))
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    (delivery,) = await bench.deliveries()
    assert delivery["state"] == state
    assert await bench.told_types() == told
    assert "@" not in delivery["reason"]


@pytest.mark.parametrize(
    "fault", [FaultKind.DROP_ON_MAIL, FaultKind.DEFER_RECIPIENT, FaultKind.DEFER_BODY]
)
async def test_a_mail_put_off_goes_later_once(bench: Bench, fault: FaultKind) -> None:
    bench.mailbox.faults.add(Fault(fault, times=2))
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    await bench.pass_time(seconds=31)
    await bench.pass_time(seconds=31)
    (mail,) = bench.mails(RESEARCHER)
    asked = [d for d in await bench.deliveries("proposal") if d["state"] == "accepted"]
    assert [d["attempt"] for d in asked] == [3]
    assert not asked[0]["possible_duplicate"]
    assert mail.message_id == f"<{asked[0]['id']}@example.org>"


async def test_without_a_mail_server_the_mail_waits(bench: Bench, mailbox: Mailbox) -> None:
    port = mailbox.smtp_port
    await mailbox.__aexit__()
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    (delivery,) = await bench.deliveries()
    assert delivery["state"] == "deferred"
    assert not delivery["body_started"]
    assert port == bench.wiring.settings.smtp_port


async def test_a_mail_in_doubt_goes_once_more_with_the_same_id_and_is_counted(
    bench: Bench,
) -> None:
    bench.mailbox.faults.add(Fault(FaultKind.DROP_AFTER_BODY, times=2))
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    await bench.pass_time(minutes=29)
    assert len(bench.mails(RESEARCHER)) == 1
    await bench.pass_time(minutes=2)
    await bench.pass_time(minutes=60)
    first, second = bench.mails(RESEARCHER)
    assert first.message_id == second.message_id
    oldest, copies = await bench.workers.measure(bench.clock())
    assert (oldest, copies) == (0.0, 1)
    assert await bench.told_types() == ["proposal.sent"]


async def test_a_mail_in_doubt_that_was_answered_does_not_go_again(bench: Bench) -> None:
    bench.mailbox.faults.add(Fault(FaultKind.DROP_AFTER_BODY))
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    await bench.say(RESEARCHER, "accept")
    await bench.pass_time(minutes=31)
    assert len(bench.mails(RESEARCHER)) == 1
    assert await bench.told_types() == ["proposal.sent", "proposal.answered", "proposal.sent"]


@pytest.mark.parametrize(("copies", "state"), [(0, "queued"), (1, "in_doubt")])
async def test_a_sender_that_died_left_word_how_far_it_was(
    bench: Bench, copies: int, state: str
) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.database.execute(
        "update delivery set state = 'sending', attempt = 1, body_started = $1,"
        " leased_until = clock_timestamp() - interval '1 s'",
        copies == 1,
    )
    await bench.workers.deliver.close.left_behind()
    assert [d["state"] for d in await bench.deliveries()] == [state]
    await bench.pass_time(minutes=31)
    assert len(bench.mails(RESEARCHER)) == 1
    assert (await bench.workers.measure(bench.clock()))[1] == copies


async def test_reminders_come_while_a_side_is_silent_and_then_it_is_over(bench: Bench) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    for days, mails in ((3.9, 1), (0.2, 2), (5.8, 2), (0.2, 3), (10.8, 3)):
        await bench.pass_time(days=days)
        assert len(bench.mails(RESEARCHER)) == mails
    assert await bench.stage() == "sent"
    await bench.pass_time(days=0.2)
    assert await bench.stage() == "expired"
    assert await bench.told_types() == ["proposal.sent", "proposal.expired"]


async def test_an_answer_ends_the_reminders(bench: Bench) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    await bench.say(RESEARCHER, "decline", reason="out_of_field")
    await bench.pass_time(seconds=601)
    await bench.pass_time(days=30)
    assert len(bench.mails(RESEARCHER)) == 1
    assert {d["state"] for d in await bench.deliveries("proposal_reminder")} == {"cancelled"}
    assert not bench.mails(ORGANISATION)


@pytest.mark.parametrize(
    "leaves",
    [
        need_closed(),
        capability_paused(),
        capability_retired(),
        tombstone(CONTACTS, RESEARCHER),
        tombstone(CONTACTS, ORGANISATION),
        tombstone(NEEDS, NEED),
        tombstone(CAPABILITIES, CAPABILITY),
    ],
    ids=lambda event: type(event).__name__ + getattr(event, "topic", ""),
)
@pytest.mark.parametrize("before", [0, 1])
async def test_who_left_hears_nothing_afterwards(
    bench: Bench, leaves: Event | Tombstone, before: int
) -> None:
    await bench.hear(*the_world(), match_proposed())
    if before:
        await bench.send()
    await bench.hear(leaves)
    await bench.pass_time(days=30)
    assert len(bench.mails(RESEARCHER)) == before
    assert await bench.stage() == "withdrawn"
    assert (await bench.told_types())[-1] == "proposal.withdrawn"
    assert not [d for d in await bench.deliveries() if d["due_at"] is not None]


async def test_erasing_leaves_nothing_but_ids(bench: Bench) -> None:
    await bench.hear(*the_world(), match_proposed())
    erased = (tombstone(CONTACTS, RESEARCHER), tombstone(NEEDS, NEED))
    await bench.hear(*erased, tombstone(CAPABILITIES, CAPABILITY))
    kept = str({k: v for k, v in (await bench.tables()).items() if k != "outbox"})
    for word in ("Krakatov", "Fnordwell", "rivière", "riverains", "98 76"):
        assert word not in kept


async def test_two_introductions_fill_a_need_and_the_others_are_thanked(bench: Bench) -> None:
    names = ("ada", "bob", "cleo")
    await bench.hear(*the_world(*names, introduce_directly=True))
    await bench.hear(*map(match_proposed, names))
    await bench.send()
    for name in ("ada", "bob"):
        await bench.say(researcher(name), "accept")
    await bench.pass_time(seconds=601)
    assert [await bench.stage(n) for n in names] == ["introduced", "introduced", "superseded"]
    assert "Plus nécessaire, merci" in bench.mails(researcher("cleo"))[-1].subject
    assert len(bench.mails(ORGANISATION)) == 2
    await bench.hear(*the_world("dan"), match_proposed("dan"))
    await bench.send()
    assert await bench.stage("dan") == "superseded"
    assert not bench.mails(researcher("dan"))


async def test_an_unverified_address_gets_the_confirmation_and_one_reminder(bench: Bench) -> None:
    await bench.hear(organisation_contact(verified=False))
    await bench.hear(letter("confirm_address"), letter("magic_link", number=2))
    await bench.send()
    await bench.pass_time(minutes=11)
    for _ in range(3):
        await bench.pass_time(hours=25)
    assert [m.subject for m in bench.mails(ORGANISATION)] == [
        "Confirmez votre adresse pour Passerelle",
        "Rappel : confirmez votre adresse pour Passerelle",
    ]


async def test_a_confirmed_address_gets_no_reminder_to_confirm(bench: Bench) -> None:
    await bench.hear(organisation_contact(verified=False), letter("confirm_address"))
    await bench.send()
    assert "/confirm/" in bench.mails(ORGANISATION)[0].text
    await bench.hear(organisation_contact(version=2))
    await bench.pass_time(hours=25)
    assert len(bench.mails(ORGANISATION)) == 1


async def test_a_letter_waits_for_the_contact_it_goes_to(bench: Bench) -> None:
    await bench.hear(letter("magic_link"))
    await bench.hear(organisation_contact())
    await bench.send()
    assert "/mine/" in bench.mails(ORGANISATION)[0].text


async def test_a_changed_address_is_not_written_to_before_it_is_verified(bench: Bench) -> None:
    await bench.hear(*the_world())
    await bench.hear(researcher_contact(version=2, verified=False, email="new@example.org"))
    await bench.hear(match_proposed())
    await bench.send()
    assert await bench.stage() == "withdrawn"
    assert not bench.mailbox.completed


async def test_an_address_that_cannot_be_written_to_ends_the_proposal(bench: Bench) -> None:
    await bench.hear(*the_world(), researcher_contact(version=2, email="用户@example.org"))
    await bench.hear(match_proposed())
    await bench.send()
    assert await bench.stage() == "withdrawn"
    failed = [data for kind, data in await bench.told() if kind == "delivery.failed"]
    assert [event["mail_kind"] for event in failed] == ["proposal"]


async def test_a_confirmation_that_fails_is_told_with_its_need(bench: Bench) -> None:
    bench.mailbox.faults.add(Fault(FaultKind.REFUSE_RECIPIENT, times=2))
    await bench.hear(organisation_contact(verified=False), letter("confirm_address"))
    await bench.hear(researcher_contact(verified=False), letter("confirm_address", RESEARCHER))
    await bench.send()
    ((kind, event),) = await bench.told()
    assert (kind, event["need_id"], event["reason"]) == ("delivery.failed", str(NEED), "550")


async def test_working_hours_hold_proposals_back_but_not_answers(
    database_dsn: str, mailbox: Mailbox
) -> None:
    async with a_bench(database_dsn, mailbox, mail_hours="working") as bench:
        bench.clock.forward(hours=8)
        await bench.hear(*the_world(), match_proposed(), letter("magic_link"))
        await bench.send()
        assert not bench.mails(RESEARCHER)
        assert len(bench.mails(ORGANISATION)) == 1
        await bench.pass_time(hours=11)
        assert len(bench.mails(RESEARCHER)) == 1


async def test_a_person_gets_two_proposals_a_week(database_dsn: str, mailbox: Mailbox) -> None:
    async with a_bench(database_dsn, mailbox, mail_hours="working") as bench:
        ids = [an_id(f"proposal/{number}") for number in range(4)]
        await bench.hear(*the_world())
        await bench.hear(*[match_proposed(proposal_id=one) for one in ids])
        await bench.send()
        assert len(bench.mails(RESEARCHER)) == 2
        await bench.pass_time(days=7)
        proposals = [m for m in bench.mails(RESEARCHER) if m.subject.startswith("Un besoin")]
        assert len(proposals) == 4
