"""Spans of one trace: a request tells an event, a service applies it and tells what follows."""

from uuid import UUID

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from shared.contracts.delivery import RejectedError
from shared.contracts.event import Event, Tombstone
from shared.contracts.wire import Message
from shared.runtime.outbox import PostgresOutbox, message_from_row
from shared.runtime.postgres import Connection
from shared.runtime.spans import collected
from shared.runtime.tracing import TraceRequests, apply_traced, traced
from tests.support.builders_events import a_need_published, a_proposal_sent
from tests.support.otlp_receiver import receiving

CANARY = "canary-7f3a"
FORM, PAGE = "a" * 32, "b7ad6b7169203331"
NEED = a_need_published("measured", title=f"Title {CANARY}")
SENT = a_proposal_sent(NEED.need_id, name="measured/sent")


async def told(connection: Connection, event_id: UUID) -> Message:
    row = await connection.fetchrow("select * from outbox where event_id = $1", event_id)
    assert row is not None
    return message_from_row(dict(row))


async def ask(connection: Connection, trace_id: str = FORM) -> int:
    """Send a form that tells of the need."""

    async def deposit(_: Request) -> PlainTextResponse:
        await PostgresOutbox(connection).put(NEED)
        return PlainTextResponse("thank you", 201)

    web = Starlette(routes=[Route("/form/{link}", deposit, methods=["POST"])])
    transport = httpx.ASGITransport(TraceRequests(web))
    async with httpx.AsyncClient(transport=transport, base_url="http://example.org") as client:
        answer = await client.post(
            f"/form/{CANARY}?q={CANARY}",
            data={"email": f"{CANARY}@example.org"},
            headers={"traceparent": f"00-{trace_id}-{PAGE}-01", "cookie": f"name={CANARY}"},
        )
    return answer.status_code


async def tell_of_it(event: Event | Tombstone, on: Connection) -> None:
    await PostgresOutbox(on).put(SENT)


async def refuse(event: Event | Tombstone, on: Connection) -> None:
    raise RejectedError(f"{CANARY} is not known")


def parents(spans: dict[str, Span]) -> dict[str, str]:
    """Each span's parent by name; an id where it is none of them."""
    names = {span.span_id: name for name, span in spans.items()}
    return {
        name: names.get(span.parent_span_id, span.parent_span_id.hex())
        for name, span in spans.items()
    }


async def test_what_is_told_and_applied_is_one_tree_in_one_trace(connection: Connection) -> None:
    with receiving() as collector:
        with collected(collector.endpoint, "profiles"):
            assert await ask(connection) == 201
        with collected(collector.endpoint, "notifier"), traced(None):
            message = await told(connection, NEED.id)
            await apply_traced(tell_of_it, NEED, message, connection)
    spans = collector.spans()
    assert {span.trace_id.hex() for span in spans.values()} == {FORM}
    assert parents(spans) == {
        "POST deposit": PAGE,
        "tell need.published.v1": "POST deposit",
        "apply need.published.v1": "tell need.published.v1",
        "tell proposal.sent.v1": "apply need.published.v1",
    }
    assert spans["tell need.published.v1"].span_id.hex() == NEED.id.hex[:16]
    assert all(0 < s.start_time_unix_nano <= s.end_time_unix_nano for s in spans.values())
    assert collector.paths == {"/v1/traces"}


async def test_what_was_told_before_is_no_new_span(connection: Connection) -> None:
    with traced(FORM):
        await PostgresOutbox(connection).put(NEED)
    with receiving() as collector:
        with collected(collector.endpoint, "profiles"):
            await ask(connection)
    assert list(collector.spans()) == ["POST deposit"]


async def test_a_request_of_another_trace_is_no_parent(connection: Connection) -> None:
    with traced(FORM):
        await PostgresOutbox(connection).put(SENT)
    with receiving() as collector:
        with collected(collector.endpoint, "profiles"):
            await ask(connection, trace_id="b" * 32)
    of_the_need = collector.spans()["tell need.published.v1"]
    assert (of_the_need.trace_id.hex(), of_the_need.parent_span_id) == (FORM, b"")


async def test_of_a_failure_only_its_kind_is_said_and_nothing_personal_ever(
    connection: Connection,
) -> None:
    with receiving() as collector:
        with collected(collector.endpoint, "profiles"):
            await ask(connection)
            message = await told(connection, NEED.id)
            with traced(None), pytest.raises(RejectedError):
                await apply_traced(refuse, NEED, message, connection)
    status = collector.spans()["apply need.published.v1"].status
    assert (status.code, status.message) == (Status.STATUS_CODE_ERROR, "RejectedError")
    assert len(collector.spans()) == 3
    assert not any(CANARY.encode() in body for body in collector.bodies)


async def test_a_collector_that_is_away_changes_nothing(connection: Connection) -> None:
    with receiving() as gone:
        pass
    with collected(gone.endpoint, "profiles"):
        assert await ask(connection) == 201
    assert dict((await told(connection, NEED.id)).headers)["traceparent"] == (
        f"00-{FORM}-{NEED.id.hex[:16]}-01".encode()
    )
