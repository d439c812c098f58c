"""A notifier killed in the middle of a mail: nothing is lost, and at most one copy goes out."""

import json
from collections.abc import AsyncGenerator, Sequence

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from deploy.embedded.mailbox.store import JsonMail
from deploy.embedded.ports import Ports
from deploy.embedded.processes import until
from deploy.embedded.stack import Stack
from shared.contracts.event import Event
from shared.contracts.wire import encode
from tests.support.builders_events import an_id
from tests.support.builders_notifier import (
    capability_published,
    match_proposed,
    need_published,
    organisation_contact,
    researcher,
    researcher_contact,
)

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
KILLED = 137


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack, None]:
    described = Stack(
        folder=tmp_path_factory.mktemp("notifier") / "stack",
        ports=Ports.free(),
        start_services=(),
        durable=False,
        mailbox_may_fail=True,
        common={"PASSERELLE_LEASE_S": "1", "PASSERELLE_IN_DOUBT_WAIT_S": "1"},
    )
    async with described:
        yield described
    await described.forget()


async def _tell(stack: Stack, events: Sequence[Event]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
    await producer.start()
    try:
        for message in map(encode, events):
            await producer.send_and_wait(
                message.topic,
                key=message.key,
                value=message.value,
                headers=list(message.headers),
            )
    finally:
        await producer.stop()


def _asking(name: str) -> list[Event]:
    return [
        organisation_contact(),
        need_published(),
        researcher_contact(name),
        capability_published(name),
        match_proposed(name),
    ]


async def _killed_at(stack: Stack, place: str, name: str) -> list[JsonMail]:
    """Kill the notifier there while it asks a researcher; what she got in the end."""
    stack.extra["notifier"]["PASSERELLE_FAILPOINT"] = place
    await stack.start("notifier")
    await _tell(stack, _asking(name))
    assert await stack.until_ended("notifier") == KILLED
    stack.extra["notifier"]["PASSERELLE_FAILPOINT"] = ""
    await stack.start("notifier")
    assert await until(lambda: _is_accepted(stack, name), within_s=30)
    await stack.stop("notifier")
    return await stack.mailbox.mails(to=f"{researcher(name).hex[:8]}@example.org")


async def _is_accepted(stack: Stack, name: str) -> bool:
    row = await _delivery(stack, name)
    return row is not None and row["state"] == "accepted"


async def _delivery(stack: Stack, name: str) -> "asyncpg.Record | None":
    connection = await asyncpg.connect(stack.dsn("notifier"))
    try:
        return await connection.fetchrow(
            "select * from delivery where about = $1", an_id(f"proposal/{name}")
        )
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("place", "name"), [("mail.after_claim", "bob"), ("mail.before_data", "cleo")]
)
async def test_killed_before_the_body_one_mail_arrives(stack: Stack, place: str, name: str) -> None:
    assert len(await _killed_at(stack, place, name)) == 1


@pytest.mark.parametrize(
    ("place", "name"), [("mail.after_body", "dan"), ("mail.after_accept", "eve")]
)
async def test_killed_after_the_body_it_goes_once_more_with_the_same_id(
    stack: Stack, place: str, name: str
) -> None:
    mails = await _killed_at(stack, place, name)
    assert len(mails) == 2
    assert len({mail["message_id"] for mail in mails}) == 1
    delivery = await _delivery(stack, name)
    assert delivery is not None
    assert delivery["possible_duplicate"]


async def test_a_stopped_notifier_ends_with_code_0_and_says_nothing_personal(
    stack: Stack,
) -> None:
    await stack.start("notifier")
    await stack.stop("notifier")
    assert await stack.until_ended("notifier") == 0
    lines = stack.log("notifier").read_text().splitlines()
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert "@example.org" not in "".join(lines)
