"""A collector that keeps what it is sent: OTLP over HTTP, on a free port, in a thread."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from typing_extensions import override


@dataclass
class Receiver:
    """What arrived.

    Attributes:
        stuck: A collector that takes connections and never answers, until this is set.
    """

    endpoint: str = ""
    bodies: list[bytes] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    stuck: threading.Event | None = None

    def spans(self) -> dict[str, Span]:
        """Each span by its name."""
        return {
            span.name: span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


@contextmanager
def receiving(*, stuck: bool = False) -> Generator[Receiver, None, None]:
    """A collector that listens."""
    kept = Receiver(stuck=threading.Event() if stuck else None)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if kept.stuck is not None:
                kept.stuck.wait(10)
                return
            kept.paths.add(self.path)
            kept.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None:  # its name for it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield kept
    finally:
        if kept.stuck is not None:
            kept.stuck.set()
        server.shutdown()
        server.server_close()
