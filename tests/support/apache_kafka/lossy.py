"""A link to a broker on which answers to what was written get lost when asked."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from aiokafka.protocol.produce import ProduceRequest_v0

_PRODUCE = ProduceRequest_v0.API_KEY


@dataclass
class LossyLink:
    """Listens on `port`, passes everything on to `node`.

    Attributes:
        lose: As many next answers to produce requests are lost, each with its connection.
        lost: As many were.
        heard: Cleared, no answer of any kind comes through, until it is set again.
    """

    port: int
    node: int
    lose: int = 0
    lost: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server = field(init=False)
    _links: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self.heard.set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        link = asyncio.create_task(self._link(client, to_client))
        self._links.add(link)
        link.add_done_callback(self._links.discard)

    async def _link(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        node, to_node = await asyncio.open_connection("127.0.0.1", self.node)
        written: set[bytes] = set()
        ways = [
            asyncio.create_task(self._requests(client, to_node, written)),
            asyncio.create_task(self._answers(node, to_client, written)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for writer in (to_node, to_client):
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    @staticmethod
    async def _requests(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, written: set[bytes]
    ) -> None:
        while True:
            size = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(size, "big"))
            if int.from_bytes(body[:2], "big") == _PRODUCE:
                written.add(body[4:8])  # after the key and its version: the correlation id
            writer.write(size + body)
            await writer.drain()

    async def _answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, written: set[bytes]
    ) -> None:
        while True:
            size = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(size, "big"))
            await self.heard.wait()
            if body[:4] in written:
                written.discard(body[:4])
                if self.lost < self.lose:
                    self.lost += 1
                    return
            writer.write(size + body)
            await writer.drain()
