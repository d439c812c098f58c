"""The notifier's workers at work: by themselves, several at once, and told to stop."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from prometheus_client import generate_latest

from deploy.embedded.mailbox import Fault, FaultKind, Mailbox
from deploy.embedded.processes import until
from tests.support.builders_events import an_id
from tests.support.builders_notifier import ORGANISATION, RESEARCHER, match_proposed, the_world
from tests.support.fakes_notifier import a_bench


@asynccontextmanager
async def at_work(*works: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(end) for end in ends} == {asyncio.CancelledError}


async def test_they_do_a_journey_by_themselves_and_count_it(
    database_dsn: str, mailbox: Mailbox
) -> None:
    async with a_bench(database_dsn, mailbox, undo_s=0) as bench:
        workers = bench.workers
        async with at_work(workers.send, workers.send, workers.pass_time, workers.observe):
            await bench.hear(*the_world(), match_proposed())
            bench.wiring.host.bell.ring()
            for party in (RESEARCHER, ORGANISATION):
                assert await until(lambda party=party: bool(bench.mails(party)), within_s=10)
                await bench.say(party, "accept")
            assert await until(lambda: len(bench.mails(ORGANISATION)) == 2, within_s=10)
            assert await until(lambda: len(bench.mails(RESEARCHER)) == 2, within_s=10)
        measured = generate_latest(bench.wiring.host.metrics.registry).decode()
    prefix = "passerelle_notifier_"
    assert f'{prefix}mails_total{{kind="introduction",state="accepted"}} 2.0' in measured
    assert f'{prefix}answers_total{{answer="accepted",side="need_side"}} 1.0' in measured
    assert f"{prefix}event_to_accepted_seconds_count 4.0" in measured
    assert f"{prefix}oldest_due_seconds 0.0" in measured
    assert f"{prefix}possible_duplicates_total 0.0" in measured


async def test_many_senders_send_each_mail_once(database_dsn: str, mailbox: Mailbox) -> None:
    async with a_bench(database_dsn, mailbox) as bench:
        await bench.hear(*the_world())
        await bench.hear(
            *[match_proposed(proposal_id=an_id(f"proposal/{number}")) for number in range(40)]
        )
        async with at_work(*[bench.workers.send] * 8):
            assert await until(lambda: len(bench.mails(RESEARCHER)) >= 40, within_s=20)
        await bench.send()
        assert len({mail.message_id for mail in bench.mails(RESEARCHER)}) == 40
        assert len(mailbox.completed) == 40


async def test_a_slow_server_holds_no_connection_and_loses_no_lease(
    database_dsn: str, mailbox: Mailbox
) -> None:
    async with a_bench(database_dsn, mailbox, lease_s=0.5) as bench:
        mailbox.faults.add(Fault(FaultKind.STALL_AFTER_BODY))
        await bench.hear(*the_world(), match_proposed())
        sending = asyncio.create_task(bench.workers.deliver())
        leases: set[object] = set()

        async def is_kept() -> bool:
            leases.add(await bench.database.fetchval("select max(leased_until) from delivery"))
            return len(leases) > 4

        assert await until(is_kept, within_s=10)
        pool = bench.wiring.host.pool
        assert await until(lambda: pool.get_idle_size() == pool.get_size(), within_s=5)
        assert not await bench.workers.deliver.close.left_behind()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


async def test_a_sender_told_to_stop_finishes_the_mail_in_hand(
    database_dsn: str, mailbox: Mailbox
) -> None:
    async with a_bench(database_dsn, mailbox) as bench:
        await bench.hear(*the_world(), match_proposed())
        async with at_work(bench.workers.send):
            assert await until(lambda: bool(mailbox.completed), within_s=10)
        (delivery,) = await bench.deliveries("proposal")
        assert delivery["state"] == "accepted"
