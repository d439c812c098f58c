"""Sending spans costs nothing where it is off, and never holds a service up where it is on."""

import logging
import subprocess
import sys
import time

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from shared.runtime.otlp import QUEUE
from shared.runtime.spans import Kind, Span, collected, hand_over
from shared.runtime.tracing import TraceRequests
from tests.support.otlp_receiver import receiving

TRACE = "a" * 32
A_SERVICE = """
import sys
import services.profiles.app, services.matcher.app, services.notifier.app
from shared.runtime.spans import Kind, Span, collected, hand_over
with collected({endpoint!r}, "profiles"):
    hand_over(Span(Kind.REQUEST, "request", "a" * 32))
print("opentelemetry.sdk" in sys.modules, "requests" in sys.modules)
"""


def many(count: int) -> float:
    """Hand over many spans; the seconds that it takes."""
    began = time.monotonic()
    for number in range(count):
        hand_over(Span(Kind.REQUEST, f"request {number}", TRACE))
    return time.monotonic() - began


async def serve(*requests: tuple[str, str]) -> None:
    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    async def alive(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    web = Starlette(routes=[Route("/page", page), Route("/healthz", alive)])
    transport = httpx.ASGITransport(TraceRequests(web))
    async with httpx.AsyncClient(transport=transport, base_url="http://example.org") as client:
        for method, path in requests:
            await client.request(method, path)


@pytest.mark.parametrize(
    ("endpoint", "loaded"), [("", "False False"), ("http://127.0.0.1:9", "True True")]
)
@pytest.mark.timeout(60)  # it imports all three services
def test_opentelemetry_is_loaded_only_where_spans_are_sent(endpoint: str, loaded: str) -> None:
    code = A_SERVICE.format(endpoint=endpoint)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


def test_what_is_queued_is_sent_before_the_end() -> None:
    with receiving() as collector:
        with collected(collector.endpoint, "profiles"):
            many(1_000)
    assert len(collector.spans()) == 1_000


def test_a_collector_that_is_away_is_said_once_and_holds_up_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with receiving() as gone:
        pass
    began = time.monotonic()
    with caplog.at_level(logging.INFO):
        with collected(gone.endpoint, "profiles"):
            many(2 * QUEUE)
    assert time.monotonic() - began < 4
    assert [record.message for record in caplog.records] == [
        "spans are dropped: the collector does not take them"
    ]


def test_a_collector_that_never_answers_is_left_at_the_end() -> None:
    with receiving(stuck=True) as collector:
        with collected(collector.endpoint, "profiles"):
            assert many(2 * QUEUE) < 2
            began = time.monotonic()
        assert time.monotonic() - began < 3


async def test_a_request_is_named_by_its_handler_and_probes_are_no_requests() -> None:
    with receiving() as collector:
        with collected(collector.endpoint, "profiles"):
            await serve(("GET", "/page"), ("GET", "/secret"), ("SECRET", "/x"), ("GET", "/healthz"))
    assert set(collector.spans()) == {"GET page", "GET", "_OTHER"}
