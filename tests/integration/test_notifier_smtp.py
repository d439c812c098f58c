"""Handing a mail to servers that say any word, or nothing, at any moment."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from deploy.embedded.mailbox import Mailbox
from deploy.embedded.ports import free_ports
from services.notifier.adapters.smtp import SmtpRelay, SmtpServer
from services.notifier.application.mails import Composed
from services.notifier.domain.delivery import (
    Doubtful,
    NotNow,
    Outcome,
    Refused,
    Taken,
    Unreachable,
)

DROP = ""
GOOD = {
    "greeting": "220 hello",
    "EHLO": "250 SIZE 1000000",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go",
    "body": "250 taken",
    "QUIT": "221 bye",
}
MAIL = Composed("p@example.org", "ada@example.org", b"Subject: x\r\n\r\n.dot\nbare\r\n")


@dataclass
class ScriptedServer:
    """Answers each command as written, or drops the connection."""

    answers: dict[str, str]
    bodies: list[bytes] = field(default_factory=list)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._say(writer, "greeting"):
                await self._listen(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            verb = line.decode()[:4].strip().upper()
            if not await self._say(writer, verb):
                return
            if verb == "DATA" and self.answers["DATA"].startswith("354"):
                self.bodies.append(await reader.readuntil(b"\r\n.\r\n"))
                if not await self._say(writer, "body"):
                    return

    async def _say(self, writer: asyncio.StreamWriter, moment: str) -> bool:
        answer = self.answers[moment]
        writer.write(f"{answer}\r\n".encode() if answer else b"")
        await writer.drain()
        return bool(answer)


@asynccontextmanager
async def serving(**changed: str) -> AsyncGenerator[tuple[SmtpRelay, ScriptedServer], None]:
    scripted = ScriptedServer({**GOOD, **changed})
    server = await asyncio.start_server(scripted.converse, "127.0.0.1", 0)
    try:
        yield relay_to(int(server.sockets[0].getsockname()[1])), scripted
    finally:
        server.close()
        await server.wait_closed()


def relay_to(
    port: int, *, tls: str = "none", passing: Callable[[str], None] = lambda _: None
) -> SmtpRelay:
    return SmtpRelay(SmtpServer("127.0.0.1", port, tls, "", "", timeout_s=2), passing)


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


@pytest.mark.parametrize(
    ("moment", "answer", "outcome"),
    [
        ("greeting", DROP, Unreachable("SMTPConnectError")),
        ("greeting", "554 go away", Unreachable("554")),
        ("EHLO", DROP, Unreachable("SMTPServerDisconnected")),
        ("MAIL", DROP, NotNow("SMTPServerDisconnected")),
        ("MAIL", "421 busy", NotNow("421")),
        ("MAIL", "550 5.7.1 who are you", NotNow("550 5.7.1")),
        ("RCPT", DROP, NotNow("SMTPServerDisconnected")),
        ("RCPT", "450 4.2.0 greylisted", NotNow("450 4.2.0", is_greylisting=True)),
        ("RCPT", "450 busy", NotNow("450")),
        ("RCPT", "550 5.1.1 <ada@example.org> unknown", Refused("550 5.1.1")),
        ("DATA", "451 not now", NotNow("451")),
        ("DATA", "554 never", Refused("554")),
        ("DATA", "250 what?", NotNow("250")),
        ("DATA", DROP, NotNow("SMTPServerDisconnected")),
        ("body", DROP, Doubtful("SMTPServerDisconnected")),
        ("body", "nonsense", Doubtful("-1")),
        ("body", "452 full", NotNow("452")),
        ("body", "554 spam", Refused("554")),
        ("body", "250 taken", Taken()),
    ],
)
async def test_each_word_at_each_moment_has_its_meaning(
    moment: str, answer: str, outcome: Outcome
) -> None:
    async with serving(**{moment: answer}) as (relay, _):
        assert await relay(MAIL, yes) == outcome


async def test_dots_are_stuffed_and_bare_line_ends_are_made_whole() -> None:
    async with serving() as (relay, server):
        await relay(MAIL, yes)
    assert server.bodies == [b"Subject: x\r\n\r\n..dot\r\nbare\r\n.\r\n"]


async def test_nothing_of_the_body_leaves_when_it_may_not() -> None:
    async with serving() as (relay, server):
        assert await relay(MAIL, no) is None
    assert server.bodies == []


async def test_a_large_body_is_out_in_whole_before_the_place_where_a_test_may_kill(
    mailbox: Mailbox,
) -> None:
    passed: list[str] = []
    large = Composed(MAIL.sender, MAIL.recipient, b"Subject: x\r\n\r\n" + b"line\r\n" * 500_000)
    relay = relay_to(mailbox.smtp_port, passing=passed.append)
    assert await relay(large, yes) == Taken()
    assert passed == ["mail.after_body"]
    assert len(mailbox.completed[0].content) == len(large.content)


async def test_a_server_without_encryption_gets_nothing_where_it_is_required(
    mailbox: Mailbox,
) -> None:
    outcome = await relay_to(mailbox.smtp_port, tls="starttls")(MAIL, yes)
    assert isinstance(outcome, Unreachable)
    assert not mailbox.completed


async def test_without_a_server_the_mail_is_not_to_blame() -> None:
    assert isinstance(await relay_to(free_ports(1)[0])(MAIL, yes), Unreachable)
