"""How people reach the site: through something that knows all processes of a service."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random

import httpx
from typing_extensions import override

from deploy.embedded.stack import Stack
from tests.e2e.paper_browser import PaperBrowser

PATIENCE_S = 8.0


@dataclass
class Balancer(httpx.AsyncBaseTransport):
    """Hands each request to one of a service's processes; to another when that one is gone."""

    behind: Mapping[int, Sequence[int]]
    dice: Random
    inner: httpx.AsyncHTTPTransport

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        address = request.url
        ports = list(self.behind.get(address.port or 80, [address.port or 80]))
        self.dice.shuffle(ports)
        try:
            return await self._first_that_is_there(request, ports)
        finally:
            request.url = address  # people only ever see this one

    async def _first_that_is_there(
        self, request: httpx.Request, ports: Sequence[int]
    ) -> httpx.Response:
        for port in ports[:-1]:
            request.url = request.url.copy_with(port=port)
            with suppress(httpx.ConnectError):
                return await self.inner.handle_async_request(request)
        request.url = request.url.copy_with(port=ports[-1])
        return await self.inner.handle_async_request(request)

    @override
    async def aclose(self) -> None:
        await self.inner.aclose()


@asynccontextmanager
async def browsing(stack: Stack, dice: Random) -> AsyncGenerator[PaperBrowser, None]:
    """A browser for everybody; it tells of redirections instead of following them."""
    behind = {
        _port(stack, service): [_port(stack, name) for name in stack.replicas_of(service)]
        for service in ("profiles", "notifier")
    }
    limits = httpx.Limits(max_keepalive_connections=0)
    transport = Balancer(behind, dice, httpx.AsyncHTTPTransport(limits=limits))
    async with httpx.AsyncClient(
        transport=transport, timeout=PATIENCE_S, headers={"Accept-Language": "fr"}
    ) as client:
        yield PaperBrowser(client)


def _port(stack: Stack, name: str) -> int:
    return int(stack.url(name).rpartition(":")[2])
