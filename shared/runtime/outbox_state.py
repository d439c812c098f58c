"""How much waits in the outbox and for how long: said also while nobody can publish it."""

import asyncio
from typing import TYPE_CHECKING

from shared.runtime.observability import Metrics

if TYPE_CHECKING:
    from asyncpg import Connection as Plain
    from asyncpg import Record

    from shared.runtime.host import Host
    from shared.runtime.postgres import Connection

LOOK_EVERY_S, RESTS = 5.0, 20
"""Counting a million rows takes a second: it is done for a twentieth of the time at most."""
STATE = """
select count(*) as rows,
       coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as age_s
from outbox where published_at is null
"""


async def measure(connection: "Connection | Plain[Record]", metrics: Metrics) -> None:
    """Count what waits."""
    state = await connection.fetchrow(STATE)
    if state is not None:
        metrics.outbox_pending.set(state["rows"])
        metrics.outbox_age.set(state["age_s"])


async def watch_outbox(host: "Host") -> None:
    """Keep counting; a relay that cannot reach the broker does not."""
    clock = asyncio.get_running_loop().time
    while True:
        async with host.pool.acquire() as connection:
            began = clock()
            await measure(connection, host.metrics)
        await asyncio.sleep(max(LOOK_EVERY_S, (clock() - began) * RESTS))
