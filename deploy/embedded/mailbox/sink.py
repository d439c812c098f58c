"""The SMTP side (RFC 5321, with SIZE, 8BITMIME and SMTPUTF8): takes every mail, sends none on."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from deploy.embedded.mailbox.faults import Envelope, FaultKind, Faults

LARGEST_MAIL = 20_000_000
_LONGEST_LINE = 1_000_000
_ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^>]*)>\s*(.*)", re.IGNORECASE)
_GREETING = f"250-mailbox\r\n250-SIZE {LARGEST_MAIL}\r\n250-8BITMIME\r\n250 SMTPUTF8"

_BAD_ORDER = "503 Bad sequence of commands"
_TOO_LARGE = "552 Message too large"
_TAKEN = "250 OK: taken"


@dataclass(frozen=True, slots=True)
class Completed:
    """A mail whose body came in whole."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    reply: str | None
    """What the sender was told then; None when the connection was dropped or stalled."""


class Sink:
    """An SMTP server."""

    def __init__(self, keep: Callable[[Envelope], object], faults: Faults) -> None:
        """Hand each mail that was taken to `keep`."""
        self._keep = keep
        self._faults = faults
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self.completed: list[Completed] = []

    async def start(self, port: int) -> int:
        """Listen on this port (0: any); return it."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", port, limit=_LONGEST_LINE
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None:
            return
        self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.ensure_future(self._converse(reader, writer))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Conversation(reader, writer, self).run()
        except (ConnectionError, EOFError, ValueError):  # gone, or not speaking SMTP
            pass
        finally:
            writer.transport.abort()

    def body_came_in(self, envelope: Envelope) -> tuple[str, FaultKind | None]:
        """Decide on a mail, keep it unless it is refused, and write down what is said."""
        fault = self._faults.take(
            envelope,
            FaultKind.DEFER_BODY,
            FaultKind.DROP_AFTER_BODY,
            FaultKind.STALL_AFTER_BODY,
        )
        reply = "451 Try again later" if fault is FaultKind.DEFER_BODY else _TAKEN
        if fault is not FaultKind.DEFER_BODY:
            self._keep(envelope)
        is_silent = fault in {FaultKind.DROP_AFTER_BODY, FaultKind.STALL_AFTER_BODY}
        self.completed.append(
            Completed(
                sender=envelope.sender,
                recipients=tuple(envelope.recipients),
                content=envelope.content,
                reply=None if is_silent else reply,
            )
        )
        return reply, fault

    def fault_on_mail(self, envelope: Envelope) -> FaultKind | None:
        """Whether MAIL is to fail."""
        return self._faults.take(envelope, FaultKind.DROP_ON_MAIL)

    def refusal_of(self, recipient: str, envelope: Envelope) -> str | None:
        """What to answer instead of taking this recipient."""
        asked = Envelope(envelope.sender, [recipient])
        match self._faults.take(asked, FaultKind.DEFER_RECIPIENT, FaultKind.REFUSE_RECIPIENT):
            case FaultKind.DEFER_RECIPIENT:
                return "450 Mailbox busy, try again later"
            case FaultKind.REFUSE_RECIPIENT:
                return "550 No such mailbox"
            case _:
                return None


class _Conversation:
    """One connection: a command at a time, an answer to each."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sink: Sink
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._sink = sink
        self._envelope: Envelope | None = None

    async def run(self) -> None:
        """Talk until the other side has had enough."""
        answers = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "RSET": self._reset,
            "NOOP": self._noop,
        }
        await self._say("220 mailbox ESMTP, takes everything and sends nothing")
        while line := await self._reader.readline():
            verb, _, rest = line.decode(errors="surrogateescape").strip().partition(" ")
            match verb.upper():
                case "QUIT":
                    return await self._say("221 Bye")
                case "DATA":
                    await self._data()
                case known if known in answers:
                    await self._say(answers[known](rest))
                case _:
                    await self._say("502 Command not implemented")
        return None

    async def _say(self, answer: str) -> None:
        self._writer.write(f"{answer}\r\n".encode())
        await self._writer.drain()

    def _ehlo(self, _: str) -> str:
        self._envelope = None
        return _GREETING

    def _helo(self, _: str) -> str:
        self._envelope = None
        return "250 mailbox"

    def _noop(self, _: str) -> str:
        return "250 OK"

    def _reset(self, _: str) -> str:
        self._envelope = None
        return "250 OK"

    def _mail(self, rest: str) -> str:
        said = _ADDRESS.fullmatch(rest.strip())
        if said is None:
            return "501 Syntax: MAIL FROM:<address>"
        if self._envelope is not None:
            return _BAD_ORDER
        size = re.search(r"SIZE=(\d+)", said[2], re.IGNORECASE)
        if size and int(size[1]) > LARGEST_MAIL:
            return _TOO_LARGE
        self._envelope = Envelope(sender=said[1])
        if self._sink.fault_on_mail(self._envelope):
            raise ConnectionAbortedError
        return "250 OK"

    def _rcpt(self, rest: str) -> str:
        said = _ADDRESS.fullmatch(rest.strip())
        if said is None or not said[1]:
            return "501 Syntax: RCPT TO:<address>"
        if self._envelope is None:
            return _BAD_ORDER
        if refusal := self._sink.refusal_of(said[1], self._envelope):
            return refusal
        self._envelope.recipients.append(said[1])
        return "250 OK"

    async def _data(self) -> None:
        envelope, self._envelope = self._envelope, None
        if envelope is None or not envelope.recipients:
            return await self._say(_BAD_ORDER)
        await self._say("354 End with a line of one dot")
        content = await self._body()
        if content is None:
            return await self._say(_TOO_LARGE)
        envelope.content = content
        reply, fault = self._sink.body_came_in(envelope)
        if fault is FaultKind.DROP_AFTER_BODY:
            raise ConnectionAbortedError
        if fault is FaultKind.STALL_AFTER_BODY:
            await self._reader.read()
            raise ConnectionAbortedError
        return await self._say(reply)

    async def _body(self) -> bytes | None:
        """Everything up to the lone dot, dots unstuffed; None when it is too large."""
        lines: list[bytes] = []
        size = 0
        while (line := await self._reader.readuntil(b"\n")) not in {b".\r\n", b".\n"}:
            size += len(line)
            if size <= LARGEST_MAIL:
                lines.append(line.removeprefix(b"."))
        return b"".join(lines) if size <= LARGEST_MAIL else None
