"""One service process: web first, then tables, topics, consumer, relay and workers."""

import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from shared.contracts.topics import Service
from shared.runtime.host import Build, open_host
from shared.runtime.observability import operations_routes, set_up_logging
from shared.runtime.settings import ServiceSettings
from shared.runtime.spans import collected
from shared.runtime.supervision import running
from shared.runtime.tracing import TraceRequests


def serve(service: Service, settings: ServiceSettings, migrations: Path, build: Build) -> None:
    """Run a service until SIGTERM or SIGINT, then finish what is in hand and return."""
    set_up_logging(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        async with open_host(service, settings, migrations) as host:
            parts = build(host)
            app.router.routes.extend(operations_routes(host.health, host.metrics))
            app.router.routes.extend(parts.routes)
            async with running(host, parts):
                yield

    web = Starlette(lifespan=lifespan)
    server = uvicorn.Server(
        uvicorn.Config(
            TraceRequests(web) if settings.tracing else web,
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    # uvicorn raises the signal again after it stopped: that must not kill us with a code.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: None)
    with collected(settings.otlp_endpoint, service):
        server.run()
    if not server.started:
        raise SystemExit(1)
