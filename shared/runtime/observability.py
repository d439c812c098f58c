"""What operators see: JSON logs, one catalogue of metric names, health pages."""

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TextIO

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from typing_extensions import override

from shared.runtime.tracing import current_trace_id

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line; an exception gives its kind and place, never its values."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        extra = {k: v for k, v in vars(record).items() if k not in STANDARD}
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **extra,
        }
        if trace_id := current_trace_id():
            line["trace_id"] = trace_id
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _innermost(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _innermost(exc_info: object) -> str:
    trace = exc_info[2] if isinstance(exc_info, tuple) else None
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 3)[-1]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return place


def set_up_logging(level: str, stream: TextIO | None = None) -> None:
    """JSON lines, on standard output by default; libraries speak only when something is wrong."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("uvicorn.access", "uvicorn.error", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # These two repeat themselves many times a second while the broker is away.
    for noisier in ("aiokafka", "passerelle.broker"):
        logging.getLogger(noisier).setLevel(logging.ERROR)


class Metrics:
    """This service's Prometheus metrics: `passerelle_<service>_<what>_<unit>`."""

    def __init__(self, service: str) -> None:
        """Start an own registry, so that nothing is global."""
        self.registry = CollectorRegistry()
        self._prefix = f"passerelle_{service}"
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.published = self.counter("published_events_total", "Events published", "topic")
        self.consumed = self.counter(
            "consumed_events_total", "Events by outcome", "topic", "outcome"
        )
        self.outbox_pending = self.gauge("outbox_pending_rows", "Rows waiting for the relay")
        self.outbox_age = self.gauge("outbox_oldest_age_seconds", "Age of the oldest waiting row")
        self.relay_leader = self.gauge("relay_is_leader_count", "1 where this process publishes")
        self.dead_letters = self.gauge("dead_letters_open_rows", "Dead letters not dealt with")
        self.breaker = self.gauge("breaker_open_count", "1 while too many events fail to read on")
        self.restarts = self.counter("part_restarts_total", "Parts started again", "part")
        self.lag = self.gauge("consumer_lag_events", "Events not read yet", "topic")

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """A counter of this service."""
        return Counter(f"{self._prefix}_{name}", text, labels, registry=self.registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """A gauge of this service."""
        return Gauge(f"{self._prefix}_{name}", text, labels, registry=self.registry)

    def histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        """A histogram of this service, without labels."""
        return Histogram(f"{self._prefix}_{name}", text, buckets=buckets, registry=self.registry)


@dataclass
class Health:
    """Whether this process lives and can work: each part says so for itself."""

    parts: dict[str, bool] = field(default_factory=dict)
    _lives: list[Callable[[], bool]] = field(default_factory=list)

    def watch(self, lives: Callable[[], bool]) -> None:
        """Have something decide, too, whether this process lives."""
        self._lives.append(lives)

    @property
    def alive(self) -> bool:
        """Whether nothing is stuck beyond what starting a part anew could mend."""
        return all(lives() for lives in self._lives)

    def expect(self, *parts: str) -> None:
        """Name the parts that must be ready."""
        self.parts |= dict.fromkeys(parts, False)

    def say(self, part: str, *, ready: bool) -> None:
        """A part tells whether it can work."""
        self.parts[part] = ready

    @property
    def ready(self) -> bool:
        """Whether all parts can work."""
        return all(self.parts.values())


def operations_routes(health: Health, metrics: Metrics) -> list[Route]:
    """`/healthz`, `/readyz` and `/metrics`, for machines."""

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok") if health.alive else PlainTextResponse("stuck", 503)

    async def ready(_: Request) -> Response:
        return JSONResponse(health.parts, 200 if health.ready else 503)

    async def scrape(_: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", scrape)]
