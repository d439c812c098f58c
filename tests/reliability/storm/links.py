"""A connection between two programs, which can be cut, slowed, silenced, or lose answers."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from typing_extensions import override

from tests.support.tcp_proxy import BLOCK, TcpProxy

SLOWLY_S = (0.02, 0.2)
LOST_SHARE = 0.08


class Weather(StrEnum):
    """What a link does with what passes."""

    CLEAR = "clear"
    CUT = "cut"
    """Connections are closed, new ones too."""
    SLOW = "slow"
    SILENT = "silent"
    """Nothing passes until it clears up; then all of it does."""
    LOSES = "loses"
    """Some answers are lost, with their connection."""


@dataclass
class Link(TcpProxy):
    """A TCP proxy with weather."""

    dice: Random = field(default_factory=Random)
    weather: Weather = Weather.CLEAR
    _passable: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._passable.set()

    def turns(self, weather: Weather) -> None:
        """Change the weather, for open connections too."""
        self.weather = weather
        if weather is Weather.SILENT:
            self._passable.clear()
        else:
            self._passable.set()
        if weather is Weather.CUT:
            for connection in self._tasks:
                connection.cancel()

    @override
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather is Weather.CUT:
            writer.close()
            return
        await super()._serve(reader, writer)

    @override
    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(BLOCK):
                await self._passable.wait()
                if self.weather is Weather.SLOW:
                    await asyncio.sleep(self.dice.uniform(*SLOWLY_S))
                if is_answer and self._loses_it():
                    self.lost += 1
                    return
                writer.write(piece)
                await writer.drain()

    def _loses_it(self) -> bool:
        return self.weather is Weather.LOSES and self.dice.random() < LOST_SHARE
