"""The mailbox put together: SMTP in, folder, web page out."""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

import uvicorn
from typing_extensions import override

from deploy.embedded.mailbox.faults import Faults
from deploy.embedded.mailbox.sink import Completed, Sink
from deploy.embedded.mailbox.store import Mail, Store
from deploy.embedded.mailbox.web import Controls, web_page


class Mailbox:
    """A mail server that keeps and shows everything; ports are known once it is open."""

    def __init__(
        self,
        folder: Path,
        *,
        smtp_port: int = 0,
        web_port: int = 0,
        may_fail: bool = False,
    ) -> None:
        """Describe it; `may_fail` opens the JSON API that plans faults."""
        self.smtp_port = smtp_port
        self.web_port = web_port
        self.faults = Faults()
        self._store = Store(folder)
        self._sink = Sink(self._store.add, self.faults)
        self._controls = Controls(self.faults, self._sink.completed) if may_fail else None
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            self.smtp_port = await self._sink.start(self.smtp_port)
            opening.push_async_callback(self._sink.stop)
            listener = socket.create_server(("127.0.0.1", self.web_port))
            opening.callback(listener.close)
            self.web_port = int(listener.getsockname()[1])
            await self._serve(listener, opening)
            self._opened = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()

    @property
    def url(self) -> str:
        """Where the web page is."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def completed(self) -> list[Completed]:
        """Every mail whose body came in whole, in order, refused or not."""
        return self._sink.completed

    def mails(self, *, to: str = "") -> list[Mail]:
        """The mails kept, newest first: all, or those delivered to this address."""
        return self._store.mails(to=to)

    async def _serve(self, listener: socket.socket, opening: AsyncExitStack) -> None:
        server = _Server(
            uvicorn.Config(
                web_page(self._store, self._controls),
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))

        async def stop() -> None:
            server.should_exit = True
            await serving

        opening.push_async_callback(stop)


class _Server(uvicorn.Server):
    """A web server that leaves the signals to whoever runs it."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
