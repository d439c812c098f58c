"""What is done in a trace, measured for whoever collects it; nobody does unless it is asked for."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4  # noqa: TID251  # a span is born here


class Kind(StrEnum):
    """What a span is to the others of its trace."""

    REQUEST = "server"
    TOLD = "producer"
    APPLIED = "consumer"


def new_span_id() -> str:
    """An id that nothing else has: what is tried again is another span."""
    return uuid4().hex[:16]


@dataclass(slots=True)
class Span:
    """A piece of work in a trace: names, types, ids and outcomes, never what was told."""

    kind: Kind
    name: str
    trace_id: str
    span_id: str = field(default_factory=new_span_id)
    parent_id: str | None = None
    attributes: dict[str, str | int] = field(default_factory=dict)
    error: str | None = None
    began_ns: int = field(default_factory=time.time_ns)
    ended_ns: int = 0


Collect = Callable[[Span], None]
_collect: ContextVar[Collect | None] = ContextVar("collect", default=None)


def hand_over(span: Span) -> None:
    """A piece of work is done: tell whoever collects spans, if anybody does."""
    if collect := _collect.get():
        span.ended_ns = time.time_ns()
        collect(span)


@contextmanager
def measured(span: Span) -> Generator[Span, None, None]:
    """Do a piece of work and hand it over; of an error only the kind is kept."""
    try:
        yield span
    except BaseException as error:
        span.error = type(error).__name__
        raise
    finally:
        hand_over(span)


@contextmanager
def collected(endpoint: str, service: str) -> Generator[None, None, None]:
    """Measure what starts in here for the collector at `endpoint`; for nobody if it is empty."""
    if not endpoint:
        yield
        return
    from shared.runtime.otlp import Collector  # noqa: PLC0415  # loaded only where it is asked for

    collector = Collector(endpoint, service)
    token = _collect.set(collector)
    try:
        yield
    finally:
        _collect.reset(token)
        collector.close()
