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
from starlette.types import Message as Part

from shared.contracts.event import Event, Tombstone
from shared.contracts.letters import LetterRequested
from shared.contracts.wire import Message
from shared.runtime.spans import Kind, Span, hand_over, measured

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

HEADER = "traceparent"
VALID = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}", re.ASCII)
REMEMBER = """
insert into trace (subject, trace_id) values ($1, $2) on conflict (subject) do nothing
"""
RECALL = "select trace_id from trace where subject = $1"
# Asked every few seconds by machines: no work that anybody follows.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST"})
Apply = Callable[[Event | Tombstone, "Connection"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tracing:
    """Tracing is on; what is done now may belong to a trace (32 digits) and a span (16) of it."""

    trace_id: str | None = None
    span_id: str | None = None


_tracing: ContextVar[Tracing | None] = ContextVar("tracing", default=None)


def current_trace_id() -> str | None:
    """The trace that what is done now belongs to, if any."""
    tracing = _tracing.get()
    return tracing.trace_id if tracing else None


@contextmanager
def traced(
    trace_id: str | None, *, span_id: str | None = None, on: bool = True
) -> Generator[None, None, None]:
    """Do something, and start tasks, in a trace, or (None) ready to take part in one."""
    if not on:
        yield
        return
    token = _tracing.set(Tracing(trace_id, span_id))
    try:
        yield
    finally:
        _tracing.reset(token)


def trace_id_in(traceparent: str | None) -> str | None:
    """The trace that a `traceparent` names; None for one that is not valid."""
    return ids_in(traceparent)[0]


def ids_in(traceparent: str | None) -> tuple[str, str] | tuple[None, None]:
    """The trace and the span that a `traceparent` names; two None for one that is not valid."""
    found = VALID.fullmatch(traceparent or "")
    return (found[1], found[2]) if found else (None, None)


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


def say_told(event: Event | Tombstone, message: Message, began_ns: int) -> None:
    """An event was told with its message: the span that this message names is complete."""
    trace_id, span_id = ids_in(_carried(message))
    if trace_id is None or span_id is None:
        return
    cause = _tracing.get() or Tracing()
    # The request behind it may be in another trace than the need: then it is nobody's child.
    parent_id = cause.span_id if cause.trace_id == trace_id else None
    span = _span_of(Kind.TOLD, event, trace_id, parent_id)
    span.span_id, span.began_ns = span_id, began_ns
    hand_over(span)


async def apply_traced(
    apply: Apply, event: Event | Tombstone, message: Message, connection: "Connection"
) -> None:
    """Apply an event in the trace that its message carries."""
    if _tracing.get() is None:
        await apply(event, connection)
        return
    trace_id, parent_id = ids_in(_carried(message))
    if trace_id is None:
        with traced(None):
            await apply(event, connection)
        return
    await _trace_of(event, trace_id, connection)
    span = _span_of(Kind.APPLIED, event, trace_id, parent_id)
    with measured(span), traced(trace_id, span_id=span.span_id):
        await apply(event, connection)


def _carried(message: Message) -> str:
    return (dict(message.headers).get(HEADER) or b"").decode("ascii", "replace")


def _span_of(kind: Kind, event: Event | Tombstone, trace_id: str, parent_id: str | None) -> Span:
    what = event.event_type if isinstance(event, Event) else f"{event.topic} erasure"
    verb = "tell" if kind is Kind.TOLD else "apply"
    about: dict[str, str | int] = {"event.type": what, "event.id": str(event.id)}
    return Span(kind, f"{verb} {what}", trace_id, parent_id=parent_id, attributes=about)


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
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        given, parent_id = ids_in(Headers(scope=scope).get(HEADER))
        span = Span(Kind.REQUEST, "request", given or uuid4().hex, parent_id=parent_id)

        async def note_and_send(part: Part) -> None:
            if part["type"] == "http.response.start":
                span.attributes["http.response.status_code"] = part["status"]
            await send(part)

        with measured(span), traced(span.trace_id, span_id=span.span_id):
            try:
                await self.app(scope, receive, note_and_send)
            finally:
                span.name = _request_name(scope)


def _request_name(scope: Scope) -> str:
    """Method and handler; paths may hold a link that is somebody's, and methods be invented."""
    method = scope["method"] if scope["method"] in METHODS else "_OTHER"
    handler = scope.get("endpoint")
    return f"{method} {getattr(handler, '__name__', type(handler).__name__)}" if handler else method
