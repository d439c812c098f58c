"""Spans sent to an OpenTelemetry collector (OTLP over HTTP), in the background, or dropped."""

import logging
import threading
import time
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from typing_extensions import override

from shared.runtime.spans import Kind, Span

logger = logging.getLogger(__name__)
QUEUE, BATCH, EVERY_MS = 2_048, 512, 1_000
ANSWER_S, FLUSH_S, WARN_EVERY_S = 1.5, 1.9, 60.0
SAMPLED = TraceFlags(TraceFlags.SAMPLED)
SCOPE = InstrumentationScope("passerelle")
KINDS = {
    Kind.REQUEST: SpanKind.SERVER,
    Kind.TOLD: SpanKind.PRODUCER,
    Kind.APPLIED: SpanKind.CONSUMER,
}


class Patient(SpanExporter):
    """An exporter whose collector may be away: said now and then, not at each attempt."""

    def __init__(self, exporter: SpanExporter) -> None:
        """Send with `exporter`."""
        self._exporter = exporter
        self._warned_at = -WARN_EVERY_S

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        now = time.monotonic()
        if result is not SpanExportResult.SUCCESS and now - self._warned_at >= WARN_EVERY_S:
            self._warned_at = now
            logger.warning("spans are dropped: the collector does not take them")
        return result

    @override
    def shutdown(self) -> None:
        self._exporter.shutdown()


class Collector:
    """Queues spans for a thread of its own; a full queue forgets its oldest."""

    def __init__(self, endpoint: str, service: str) -> None:
        """Send to `endpoint`, the collector's address without a path."""
        # The library says at each attempt what Patient says once a minute.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self._resource = Resource({"service.name": f"passerelle-{service}"})
        self._queue = BatchSpanProcessor(
            Patient(OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=ANSWER_S)),
            max_queue_size=QUEUE,
            schedule_delay_millis=EVERY_MS,
            max_export_batch_size=BATCH,
        )

    def __call__(self, span: Span) -> None:
        """Queue a span."""
        self._queue.on_end(self._readable(span))

    def close(self) -> None:
        """Send what is queued, as far as that takes no longer than `FLUSH_S`."""
        flushing = threading.Thread(target=self._queue.shutdown, name="spans", daemon=True)
        flushing.start()
        flushing.join(FLUSH_S)

    def _readable(self, span: Span) -> ReadableSpan:
        # Made by hand, as a tracer would draw ids: ours travel with the events.
        failed = Status(StatusCode.ERROR, span.error)
        return ReadableSpan(
            span.name,
            context=_context(span.trace_id, span.span_id),
            parent=_context(span.trace_id, span.parent_id) if span.parent_id else None,
            resource=self._resource,
            attributes=span.attributes,
            kind=KINDS[span.kind],
            status=failed if span.error else Status(StatusCode.UNSET),
            start_time=span.began_ns,
            end_time=span.ended_ns,
            instrumentation_scope=SCOPE,
        )


def _context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=SAMPLED)
