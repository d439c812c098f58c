"""One trace from a form to what it causes (W3C Trace Context); off unless it is asked for.

A trace follows its subject: what is told about a need, by whichever request, worker or service,
belongs to the trace of the form that declared it. Only random numbers travel and are kept.
"""

import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4  # noqa: TID251  # a trace is born here

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.contracts.event import Event, Tombstone
from shared.contracts.letters import LetterRequested
from shared.contracts.wire import Message

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

HEADER = "traceparent"
VALID = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
REMEMBER = """
insert into trace (subject, trace_id) values ($1, $2) on conflict (subject) do nothing
"""
RECALL = "select trace_id from trace where subject = $1"
Apply = Callable[[Event | Tombstone, "Connection"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tracing:
    """Tracing is on; what is done now may belong to a trace (32 hexadecimal digits)."""

    trace_id: str | None = None


_tracing: ContextVar[Tracing | None] = ContextVar("tracing", default=None)


def current_trace_id() -> str | None:
    """The trace that what is done now belongs to, if any."""
    tracing = _tracing.get()
    return tracing.trace_id if tracing else None


@contextmanager
def traced(trace_id: str | None, *, on: bool = True) -> Generator[None, None, None]:
    """Do something, and start tasks, in a trace, or (None) ready to take part in one."""
    if not on:
        yield
        return
    token = _tracing.set(Tracing(trace_id))
    try:
        yield
    finally:
        _tracing.reset(token)


def trace_id_in(traceparent: str | None) -> str | None:
    """The trace that a `traceparent` names; None for one that is not valid."""
    found = VALID.fullmatch(traceparent or "")
    return found[1] if found else None


async def with_trace(
    event: Event | Tombstone, message: Message, connection: "Connection"
) -> Message:
    """The message with the trace that its event belongs to, which its subject keeps from now on."""
    tracing = _tracing.get()
    if tracing is None:
        return message
    trace_id = await _trace_of(event, tracing.trace_id, connection)
    if trace_id is None:
        return message
    # The event's own id as the span's: told again, it is the same span.
    traceparent = f"00-{trace_id}-{event.id.hex[:16]}-01".encode()
    return Message(
        message.topic, message.key, (*message.headers, (HEADER, traceparent)), message.value
    )


async def apply_traced(
    apply: Apply, event: Event | Tombstone, message: Message, connection: "Connection"
) -> None:
    """Apply an event in the trace that its message carries."""
    if _tracing.get() is None:
        await apply(event, connection)
        return
    carried = dict(message.headers).get(HEADER) or b""
    trace_id = trace_id_in(carried.decode("ascii", "replace"))
    if trace_id is not None:
        await _trace_of(event, trace_id, connection)
    with traced(trace_id):
        await apply(event, connection)


async def _trace_of(
    event: Event | Tombstone, otherwise: str | None, connection: "Connection"
) -> str | None:
    """The trace of what an event is about, which is `otherwise` when it has none yet."""
    subject = _subject(event)
    if subject is None:
        return otherwise
    if otherwise is not None:
        await connection.execute(REMEMBER, subject, otherwise)
    known: str | None = await connection.fetchval(RECALL, subject)
    return known


def _subject(event: Event | Tombstone) -> UUID | None:
    """The need or capability that an event is about; people have no trace of their own."""
    if isinstance(event, LetterRequested):
        return event.subject_id
    if isinstance(event, Event) and event.KEY in ("need_id", "capability_id"):
        return UUID(event.key)
    return None


@dataclass(frozen=True, slots=True)
class TraceRequests:
    """Each request is in the trace that it names, if that is valid, or in a new one."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = trace_id_in(Headers(scope=scope).get(HEADER))
        with traced(given or uuid4().hex):
            await self.app(scope, receive, send)
