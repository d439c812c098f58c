"""Starting again what has ended by itself."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.embedded.processes import StartError
from deploy.embedded.stack import SERVERS, SERVICES, Stack

_LOOK_EVERY_S = 0.3
_LONGEST_PAUSE_S = 30.0
_STEADY_AFTER_S = 60.0


@dataclass(slots=True)
class BackOff:
    """When a part that ended may start again: at once, then later and later."""

    clock: Callable[[], float] = time.monotonic
    _pause_s: float = 0
    _not_before: float = 0
    _ended_at: float = 0

    def ended(self) -> float:
        """Take note that the part has ended; the seconds to wait."""
        now = self.clock()
        was_steady = now - self._ended_at > _STEADY_AFTER_S
        self._pause_s = 0 if was_steady else min(max(1, self._pause_s * 2), _LONGEST_PAUSE_S)
        self._ended_at = now
        self._not_before = now + self._pause_s
        return self._pause_s

    @property
    def is_over(self) -> bool:
        """Whether the part may start."""
        return self.clock() >= self._not_before


@dataclass(slots=True)
class Supervisor:
    """Keeps a stack running."""

    stack: Stack
    _waiting: dict[str, BackOff] = field(default_factory=dict)
    _known: dict[str, BackOff] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look after the stack until cancelled."""
        while True:
            for name in (*SERVERS, *self.stack.start_services):
                if not self.stack.part(name).is_running:
                    await self._revive(name)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _revive(self, name: str) -> None:
        if name not in self._waiting:
            back_off = self._known.setdefault(name, BackOff())
            pause_s = back_off.ended()
            self._waiting[name] = back_off
            when = f"in {pause_s:.0f} s" if pause_s else "now"
            self.stack.say(f"{name} has ended: starting it again {when} ({self.stack.log(name)})")
        if not self._waiting[name].is_over:
            return
        del self._waiting[name]
        try:
            await self._start(name)
        except StartError as failure:
            self.stack.say(str(failure))

    async def _start(self, name: str) -> None:
        if name in SERVICES:
            self.stack.begin(name)
        else:
            await self.stack.start(name)  # services fill a broker that comes back empty
