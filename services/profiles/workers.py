"""What happens by itself, with time."""

import asyncio
from collections.abc import Awaitable, Callable

from services.profiles.application.expire_unconfirmed import ExpireUnconfirmed

LOOK_EVERY_S = 30.0


def expiring(expire: ExpireUnconfirmed) -> Callable[[], Awaitable[None]]:
    """Forget what was not confirmed in time, for ever."""

    async def run() -> None:
        while True:
            while await expire():
                pass
            await asyncio.sleep(LOOK_EVERY_S)

    return run
