"""What must hold after every failure, once all is drained: five checkers over databases and log."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import decode
from shared.runtime.kafka import received
from tests.kafka.topics import caught_up, everything

PENDING = "select count(*) from outbox where published_at is null"
UNSETTLED = """
select (select count(*) from parked) as parked,
       (select count(*) from dead_letter where status = 'open') as dead
"""
REACHED = "select count(distinct event_id) from effect"
EFFECTS = "select event_id, key, version from effect order by seq"


@dataclass
class Settled:
    """What was told, what the log holds, and what came of it, after everything is drained."""

    told: set[UUID]
    log: list[UUID]
    effects: list[tuple[UUID, str, int]]
    heard: int
    unsettled: Counter[str] = field(default_factory=Counter)

    def check(self) -> None:
        """The five checkers."""
        logged, effects = set(self.log), Counter(event for event, _, _ in self.effects)
        assert self.told <= logged, f"C1 lost: {len(self.told - logged)} of {len(self.told)}"
        assert not [one for one in effects.values() if one > 1], "C2 an effect twice"
        assert self.heard == len(effects), "C2 heard without effect, or the reverse"
        versions: dict[str, list[int]] = defaultdict(list)
        for _, key, version in self.effects:
            versions[key].append(version)
        assert all(of == sorted(set(of)) for of in versions.values()), "C3 out of order"
        assert set(effects) <= self.told, "C4 an effect that nothing caused"
        assert set(effects) == self.told, "C5 something told has no effect"
        assert not +self.unsettled, f"C5 unsettled: {self.unsettled}"

    @property
    def told_twice(self) -> int:
        """How many records of the log repeat an earlier one."""
        return len(self.log) - len(set(self.log))


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """A look into a database."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def settled(
    writer: str, reader: str, bootstrap: str, *, of: Service = Service.MATCHER, within_s: float = 40
) -> Settled:
    """Wait until nothing is on its way to `of`; then take stock."""
    async with connected(writer) as wrote, connected(reader) as read:
        async with asyncio.timeout(within_s):
            while await wrote.fetchval(PENDING):
                await asyncio.sleep(0.05)
            told = {row["event_id"] for row in await wrote.fetch("select event_id from outbox")}
            while await read.fetchval(REACHED) < len(told):
                await asyncio.sleep(0.05)
        await caught_up(bootstrap, of, NEEDS.name)
        effects = [tuple(row) for row in await read.fetch(EFFECTS)]
        heard = await read.fetchval("select count(*) from inbox")
        unsettled = await read.fetchrow(UNSETTLED)
    log = [decode(received(record)).id for record in await everything(bootstrap, NEEDS.name)]
    return Settled(told, log, effects, heard, Counter(dict(unsettled or {})))
