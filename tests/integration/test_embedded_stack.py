"""The stack's servers, without the services: those are the business of tests/e2e."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import aiosmtplib
import asyncpg
import pytest

from deploy.embedded.mailbox import Fault, FaultKind
from deploy.embedded.ports import Ports
from deploy.embedded.processes import StartError, until
from deploy.embedded.stack import SERVERS, Stack
from deploy.embedded.supervisor import Supervisor


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncGenerator[Stack]:
    """A stack without services, not started."""
    described = Stack(
        folder=tmp_path / "stack",
        ports=Ports.free(),
        start_services=(),
        durable=False,
        mailbox_may_fail=True,
    )
    yield described
    await described.forget()


async def _send(stack: Stack, to: str) -> None:
    mail = f"From: p@example.org\r\nTo: {to}\r\nSubject: hello\r\nMessage-ID: <1@p>\r\n\r\nhi\r\n"
    await aiosmtplib.send(
        mail,
        sender="p@example.org",
        recipients=[to],
        hostname="127.0.0.1",
        port=stack.ports.smtp,
        start_tls=False,
    )


async def test_each_service_has_a_database_and_the_matcher_knows_vectors(stack: Stack) -> None:
    async with stack:
        for service in ("profiles", "matcher", "notifier"):
            connection = await asyncpg.connect(stack.dsn(service))
            knows = await connection.fetchval("SELECT to_regtype('vector') IS NOT NULL")
            await connection.close()
            assert knows is (service == "matcher")


async def test_a_second_start_keeps_data_keys_and_mails(stack: Stack) -> None:
    async with stack:
        await _send(stack, "ana@example.org")
        keys = stack.env("profiles")["PASSERELLE_LINK_KEYS"]
    again = Stack(folder=stack.folder, ports=stack.ports, start_services=(), durable=False)
    async with again:
        assert len(await again.mailbox.wait_for(to="ana@example.org", subject="hello")) == 1
        assert again.env("profiles")["PASSERELLE_LINK_KEYS"] == keys


async def test_the_mailbox_can_be_made_to_fail_and_tells_what_came_in(stack: Stack) -> None:
    async with stack:
        await stack.mailbox.plan(Fault(FaultKind.DROP_AFTER_BODY, to="ana@"))
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await _send(stack, "ana@example.org")
        await stack.mailbox.recover()
        [completed] = await stack.mailbox.completed()
        assert (completed["message_id"], completed["reply"]) == ("<1@p>", None)
        with pytest.raises(TimeoutError, match="there are 0"):
            await stack.mailbox.wait_for(to="bea@example.org", within_s=0.1)


async def test_a_mailbox_that_may_not_fail_refuses_to(stack: Stack) -> None:
    stack.mailbox_may_fail = False
    async with stack:
        with pytest.raises(ConnectionError, match="404"):
            await stack.mailbox.plan(Fault(FaultKind.DEFER_BODY))


async def test_two_stacks_cannot_share_a_folder(stack: Stack) -> None:
    other = Stack(folder=stack.folder, ports=Ports.free(), start_services=())
    async with stack:
        with pytest.raises(StartError, match="running already"):
            await other.__aenter__()


async def test_a_service_that_cannot_start_says_why(stack: Stack) -> None:
    stack.extra["matcher"]["PASSERELLE_DATABASE_URL"] = "nonsense"
    async with stack:
        with pytest.raises(StartError, match=r"matcher ended while starting: .*matcher\.log"):
            await stack.start("matcher")


async def test_a_service_gets_what_was_added_for_it_alone(stack: Stack) -> None:
    stack.common["PASSERELLE_REVIEW"] = "manual"
    stack.extra["matcher"]["PASSERELLE_FAILPOINT"] = "somewhere"
    assert stack.env("matcher")["PASSERELLE_FAILPOINT"] == "somewhere"
    assert "PASSERELLE_FAILPOINT" not in stack.env("notifier")
    assert stack.env("notifier")["PASSERELLE_REVIEW"] == "manual"


async def test_what_is_killed_is_started_again(stack: Stack) -> None:
    said: list[str] = []
    stack.say = said.append
    async with stack:
        pids = {name: stack.part(name).pid for name in SERVERS}
        watching = asyncio.create_task(Supervisor(stack).watch())
        for name in SERVERS:
            await stack.kill(name)

        def are_back() -> bool:
            parts = {name: stack.part(name) for name in SERVERS}
            return all(part.is_running and part.pid != pids[name] for name, part in parts.items())

        assert await until(are_back, within_s=20)
        watching.cancel()
    assert [line for line in said if line.startswith("broker has ended: starting it again now")]
