"""A trace is taken from a request only when it is valid, and never leaves where it belongs."""

import asyncio
import json
import logging

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from shared.runtime.observability import JsonLines
from shared.runtime.tracing import TraceRequests, current_trace_id, trace_id_in, traced

TRACE = "0af7651916cd43dd8448eb211c80319c"
GIVEN = f"00-{TRACE}-b7ad6b7169203331-01"
INVALID = {
    "nothing": "",
    "spaces": f" {GIVEN} ",
    "capital letters": GIVEN.upper(),
    "a trace of zeros": f"00-{'0' * 32}-b7ad6b7169203331-01",
    "a span of zeros": f"00-{TRACE}-{'0' * 16}-01",
    "the forbidden version": f"ff-{TRACE}-b7ad6b7169203331-01",
    "too short": GIVEN[:-1],
    "more than there is in version 00": f"{GIVEN}-extra",
    "no hexadecimal digits": GIVEN.replace("b7", "g7"),
    "digits of another script": GIVEN.replace("01", "٠١"),
    "two at once": f"{GIVEN}, {GIVEN}",
    "a line more": f"{GIVEN}\n",
    "markup": "<script>alert(1)</script>",
}


async def say_trace(_: Request) -> PlainTextResponse:
    await asyncio.sleep(0)
    return PlainTextResponse(current_trace_id() or "none")


async def served(headers: list[tuple[bytes, bytes]], *, tracing: bool = True) -> str:
    web = Starlette(routes=[Route("/", say_trace)])
    transport = httpx.ASGITransport(TraceRequests(web) if tracing else web)
    async with httpx.AsyncClient(transport=transport, base_url="http://example.org") as client:
        return (await client.get("/", headers=headers)).text


def test_a_valid_traceparent_names_its_trace() -> None:
    assert trace_id_in(GIVEN) == TRACE


@pytest.mark.parametrize("case", INVALID)
def test_a_traceparent_that_is_not_valid_names_none(case: str) -> None:
    assert trace_id_in(INVALID[case]) is None


async def test_a_request_is_in_the_trace_that_it_names() -> None:
    assert await served([(b"traceparent", GIVEN.encode())]) == TRACE


async def test_a_request_that_names_none_or_nonsense_starts_one_of_its_own() -> None:
    headers = [[], [(b"traceparent", b"nonsense")], [(b"traceparent", b"\xff\xfe")]]
    traces = {await served(given) for given in headers}
    assert len(traces) == 3
    assert all(trace_id_in(f"00-{trace}-b7ad6b7169203331-01") for trace in traces)


async def test_without_tracing_a_request_is_in_no_trace() -> None:
    assert await served([(b"traceparent", GIVEN.encode())], tracing=False) == "none"


async def test_requests_at_the_same_time_keep_their_traces_apart() -> None:
    names = [f"{number:032x}" for number in range(1, 20)]
    asked = [served([(b"traceparent", GIVEN.replace(TRACE, name).encode())]) for name in names]
    assert await asyncio.gather(*asked) == names
    assert current_trace_id() is None


async def test_tasks_started_in_a_trace_stay_in_it_and_others_outside() -> None:
    async def later() -> str | None:
        await asyncio.sleep(0)
        return current_trace_id()

    with traced(TRACE):
        inside = asyncio.create_task(later())
    outside = asyncio.create_task(later())
    assert (await inside, await outside) == (TRACE, None)


def test_a_log_line_names_its_trace_only_where_there_is_one() -> None:
    record = logging.makeLogRecord({"msg": "waiting"})
    with traced(TRACE):
        assert json.loads(JsonLines().format(record))["trace_id"] == TRACE
    with traced(None):
        assert "trace_id" not in json.loads(JsonLines().format(record))
    with traced(TRACE, on=False):
        assert "trace_id" not in json.loads(JsonLines().format(record))
