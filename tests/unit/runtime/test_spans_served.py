"""A service that is told to stop has sent the spans of what it served."""

import asyncio
import os
import signal
import sys

import httpx

from deploy.embedded.ports import free_ports
from tests.support.otlp_receiver import receiving

# Neither database nor broker is there: pages are served all the same.
A_SERVICE = """
from pathlib import Path
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from shared.contracts.topics import Service
from shared.runtime.host import Parts
from shared.runtime.service import serve
from shared.runtime.settings import ServiceSettings, read_settings

async def page(request):
    return PlainTextResponse("here")

parts = Parts(routes=[Route("/page", page)])
serve(Service.PROFILES, read_settings(ServiceSettings), Path("."), lambda host: parts)
"""


async def asked(address: str) -> int:
    async with httpx.AsyncClient() as client, asyncio.timeout(20):
        while True:
            try:
                return (await client.get(address)).status_code
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_a_service_sends_the_spans_of_what_it_served_before_it_ends() -> None:
    http, nobody = free_ports(2)
    with receiving() as collector:
        service = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            A_SERVICE,
            stdout=asyncio.subprocess.DEVNULL,
            env={
                **os.environ,
                "PASSERELLE_DATABASE_URL": f"postgresql://me@127.0.0.1:{nobody}/mine",
                "PASSERELLE_KAFKA_BOOTSTRAP": f"127.0.0.1:{nobody}",
                "PASSERELLE_HTTP_PORT": str(http),
                "PASSERELLE_TRACING": "true",
                "PASSERELLE_OTLP_ENDPOINT": collector.endpoint,
            },
        )
        try:
            assert await asked(f"http://127.0.0.1:{http}/page") == 200
        finally:
            service.send_signal(signal.SIGTERM)
            assert await service.wait() == 0
    assert list(collector.spans()) == ["GET page"]
