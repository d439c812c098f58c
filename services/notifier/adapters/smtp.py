"""The mail server, phase by phase: only after the body began is an ending in doubt."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol, normalize_message_line_endings

from services.notifier.application.mails import Composed
from services.notifier.application.ports import BodyMayStart
from services.notifier.domain.delivery import (
    Doubtful,
    NotNow,
    Outcome,
    Refused,
    Taken,
    Unreachable,
)

GONE = (SMTPException, OSError, TimeoutError)
START_OF_LINE_DOT = re.compile(rb"(?m)^\.")
GREYLISTING = ("4.7.1", "4.2.0")
GO_AHEAD = 354
DATA_END_S = 600.0  # RFC 5321 4.5.3.2.6: less makes duplicates


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and how."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    timeout_s: float


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """Hands mails to a server, one connection a mail.

    Attributes:
        passing: Called with the name of each place where a test may end the process.
    """

    server: SmtpServer
    passing: Callable[[str], None]

    async def __call__(self, mail: Composed, may_start: BodyMayStart) -> Outcome | None:
        """Hand a mail over; None when `may_start`, asked before the body, said no."""
        client = self._client()
        try:
            await client.connect()
            await client.ehlo()
        except GONE as gone:
            client.close()
            return Unreachable(_said(gone))
        try:
            return await self._hand_over(client, mail, may_start)
        finally:
            client.close()

    def _client(self) -> SMTP:
        server = self.server
        return SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout_s,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            username=server.user or None,
            password=server.password or None,
        )

    async def _hand_over(
        self, client: SMTP, mail: Composed, may_start: BodyMayStart
    ) -> Outcome | None:
        refusal = await self._addressed(client, mail)
        if refusal is not None:
            return refusal
        if not await may_start():
            return None
        return await self._data(client, mail.content)

    async def _addressed(self, client: SMTP, mail: Composed) -> Outcome | None:
        """Say from whom and to whom; None when the server agrees."""
        try:
            await client.mail(mail.sender)
        except GONE as gone:
            # Whatever is wrong with the sender is wrong for all mails: an operator's task.
            return NotNow(_said(gone), is_greylisting=_is_greylisting(gone))
        try:
            await client.rcpt(mail.recipient)
        except SMTPResponseException as reply:
            return _replied(reply.code, reply.message)
        except GONE as gone:
            return NotNow(_said(gone))
        return None

    async def _data(self, client: SMTP, content: bytes) -> Outcome:
        try:
            go_ahead = await client.execute_command(b"DATA")
        except GONE as gone:
            return NotNow(_said(gone))  # not a byte of the body was sent
        protocol = client.protocol
        if go_ahead.code != GO_AHEAD or protocol is None:
            refusal = _replied(go_ahead.code, go_ahead.message)
            return NotNow(str(go_ahead.code)) if isinstance(refusal, Taken) else refusal
        try:
            return await self._body(protocol, content)
        except GONE as gone:
            return Doubtful(_said(gone))

    async def _body(self, protocol: SMTPProtocol, content: bytes) -> Outcome:
        body = START_OF_LINE_DOT.sub(b"..", normalize_message_line_endings(content)) + b".\r\n"
        reply = asyncio.ensure_future(protocol.read_response(timeout=DATA_END_S))
        await asyncio.sleep(0)  # the reader listens before the body is out
        try:
            protocol.write(body)
            await _written(protocol)
            self.passing("mail.after_body")
            said = await reply
        finally:
            reply.cancel()
            await asyncio.gather(reply, return_exceptions=True)
        return _replied(said.code, said.message)


async def _written(protocol: SMTPProtocol) -> None:
    """Wait until the operating system has all bytes."""
    transport = protocol.transport
    while isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size():
        if transport.is_closing():
            return
        await asyncio.sleep(0.005)


def _replied(code: int, message: str) -> Outcome:
    match code // 100:
        case 2:
            return Taken()
        case 5:
            return Refused(_shown(code, message))
        case _:
            is_greylisting = any(hint in message for hint in GREYLISTING)
            return NotNow(_shown(code, message), is_greylisting=is_greylisting)


def _said(gone: Exception) -> str:
    if isinstance(gone, SMTPResponseException):
        return _shown(gone.code, gone.message)
    return type(gone).__name__


def _is_greylisting(gone: Exception) -> bool:
    return isinstance(gone, SMTPResponseException) and any(h in gone.message for h in GREYLISTING)


def _shown(code: int, message: str) -> str:
    """The code and the enhanced code; servers repeat addresses in the rest."""
    enhanced = re.match(r"\d\.\d{1,3}\.\d{1,3}", message)
    return f"{code} {enhanced[0]}" if enhanced else str(code)
