"""The broker freezes, or comes back empty, in the middle of a journey; the journey ends well."""

import asyncio
import os
import signal

import pytest

from deploy.embedded.stack import SERVICES
from tests.e2e.journey import EMAIL, Journey, metric, until_true
from tests.reliability.test_kills import introduced, ready

__all__ = ["ready"]
pytestmark = pytest.mark.timeout(300)
MAILS = 7
LONGER_THAN_A_REQUEST_S = 15


async def test_a_broker_that_comes_back_empty_is_filled_by_services_that_went_on_running(
    ready: Journey,
) -> None:
    pids = [ready.stack.part(name).pid for name in SERVICES]
    await ready.deposit()
    await ready.stack.kill("broker")
    await ready.stack.start("broker")
    await ready.confirm()
    (one, *_) = await ready.asked(3)
    await ready.stack.kill("broker")
    await ready.answer(one, "accept")
    await ready.stack.start("broker")
    await ready.answer(await ready.told(EMAIL, after=1), "accept")
    await introduced(ready, one["to"][0])
    await each_mail_once(ready)
    assert pids == [ready.stack.part(name).pid for name in SERVICES]


async def test_a_broker_that_freezes_for_longer_than_a_request_changes_nothing(
    ready: Journey,
) -> None:
    await ready.deposit()
    await frozen(ready, LONGER_THAN_A_REQUEST_S)
    await ready.confirm()
    (one, *_) = await ready.asked(3)
    await ready.answer(one, "accept")
    await frozen(ready, LONGER_THAN_A_REQUEST_S)
    await ready.answer(await ready.told(EMAIL, after=1), "accept")
    await introduced(ready, one["to"][0])
    await each_mail_once(ready)


async def frozen(journey: Journey, seconds: float) -> None:
    """Have the broker hang while requests time out that it will carry out all the same."""
    broker = journey.stack.part("broker").pid
    os.kill(broker, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(broker, signal.SIGCONT)


async def each_mail_once(journey: Journey) -> None:
    mails = await journey.stack.mailbox.mails()
    assert len({mail["message_id"] for mail in mails}) == len(mails) == MAILS
    for service in SERVICES:

        async def nothing_waits(name: str = service) -> bool:
            return await metric(journey.stack, name, "outbox_pending_rows") == 0

        await until_true(nothing_waits, what=f"{service} published")
