"""Logs say what happened as data, and never repeat a value that made something fail."""

import json
import logging

import httpx
import pytest
from starlette.applications import Starlette

from shared.runtime.clock import make_clock, utc_now
from shared.runtime.failpoints import Failpoints
from shared.runtime.observability import Health, JsonLines, Metrics, operations_routes


def a_record(message: str, **extra: object) -> logging.LogRecord:
    record = logging.makeLogRecord({"msg": message, "levelname": "INFO", "name": "test"})
    vars(record).update(extra)
    return record


def test_a_line_is_json_with_its_data() -> None:
    line = json.loads(JsonLines().format(a_record("need published", need_id="n1")))
    assert (line["message"], line["need_id"], line["level"]) == ("need published", "n1", "INFO")


def test_an_error_gives_its_kind_and_place_but_not_its_words() -> None:
    with pytest.raises(ValueError, match="canary") as raised:
        int("canary@example.org")
    error = (raised.type, raised.value, raised.tb)
    line = JsonLines().format(a_record("failed", exc_info=error))
    assert "canary" not in line
    assert json.loads(line)["error"] == "ValueError"
    assert "test_an_error_gives" in json.loads(line)["where"]


async def page(path: str, health: Health, metrics: Metrics) -> httpx.Response:
    app = Starlette(routes=operations_routes(health, metrics))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


async def test_health_pages_are_honest() -> None:
    health, metrics = Health(), Metrics("profiles")
    health.expect("relay", "consumer")
    assert (await page("/readyz", health, metrics)).status_code == 503
    health.say("relay", ready=True)
    assert (await page("/readyz", health, metrics)).json() == {"relay": True, "consumer": False}
    health.say("consumer", ready=True)
    assert (await page("/readyz", health, metrics)).status_code == 200
    assert (await page("/healthz", health, metrics)).text == "ok"
    health.watch(lambda: False)
    assert (await page("/healthz", health, metrics)).status_code == 503


async def test_metrics_carry_the_name_of_their_service() -> None:
    metrics = Metrics("matcher")
    metrics.counter("proposals_total", "Proposals").inc()
    metrics.histogram("match_score", "Scores", (0.5, 1.0)).observe(0.7)
    shown = (await page("/metrics", Health(), metrics)).text
    assert "passerelle_matcher_proposals_total 1.0" in shown
    assert 'passerelle_matcher_match_score_bucket{le="1.0"} 1.0' in shown


def test_a_fast_clock_agrees_with_another_of_the_same_origin() -> None:
    origin = utc_now()
    one, two = (make_clock(speed=1000, origin=origin) for _ in range(2))
    first, second, third = one(), two(), one()
    assert first <= second <= third
    assert make_clock(speed=1000)().tzinfo is not None


def test_an_unarmed_failpoint_does_nothing() -> None:
    Failpoints("")("relay.after_send")
    Failpoints("relay.after_send:2")("relay.after_send")
    Failpoints("elsewhere")("relay.after_send")
