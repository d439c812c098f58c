"""Waiting after a storm until nothing is on its way any more."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.embedded.stack import SERVICES
from tests.reliability.storm.house import House

COUNTS: Mapping[str, Mapping[str, str]] = {
    "profiles": {},
    "matcher": {
        "needs to look at": "select count(*) from need where is_open and marked > settled",
        "capabilities to represent": """
            select count(*) from capability c left join capability_representation r
            using (capability_id)
            where c.standing <> 'retired' and r.digest is distinct from c.digest""",
    },
    "notifier": {
        "mails on their way": """
            select count(*) from delivery
            where state in ('queued', 'sending', 'deferred')
               or state = 'in_doubt' and due_at is not null""",
        "answers held": """
            select count(*) from proposal
            where stage in ('computed', 'approved', 'sent')
              and (research ->> 'held' is not null or need_side ->> 'held' is not null)""",
    },
}
EVERYWHERE = {
    "events to publish": "select count(*) from outbox where published_at is null",
    "events parked": "select count(*) from parked",
    "dead letters": "select count(*) from dead_letter",
}
LOOK_EVERY_S, STILL_LOOKS = 1.0, 3


@dataclass(frozen=True, slots=True)
class Calm:
    """Looks at everything that could still be on its way."""

    house: House

    async def wait(self, within_s: float) -> list[str]:
        """Wait until nothing is, several looks in a row; what still is after that time."""
        deadline = time.monotonic() + within_s
        still = 0
        while True:
            left = await self.unsettled()
            still = 0 if left else still + 1
            if still >= STILL_LOOKS or time.monotonic() > deadline:
                return left
            await asyncio.sleep(LOOK_EVERY_S)

    async def unsettled(self) -> list[str]:
        """What is on its way now, one sentence each."""
        left: list[str] = []
        for service in SERVICES:
            left.extend(await self._rows(service))
            left.extend(await self._processes(service))
        return left

    async def _rows(self, service: str) -> list[str]:
        connection = await asyncpg.connect(self.house.stack.dsn(service), timeout=10)
        try:
            counts = {**EVERYWHERE, **COUNTS[service]}
            found = {what: await connection.fetchval(query) for what, query in counts.items()}
        finally:
            await connection.close()
        return [f"{service}: {count} {what}" for what, count in found.items() if count]

    async def _processes(self, service: str) -> list[str]:
        """All are ready, all was read, one publishes."""
        names = self.house.stack.replicas_of(service)
        left, pages = [], []
        async with httpx.AsyncClient(timeout=5) as client:
            for name in names:
                url = self.house.stack.url(name)
                try:
                    ready = await client.get(f"{url}/readyz")
                    pages.append((await client.get(f"{url}/metrics")).text)
                except httpx.TransportError as gone:
                    left.append(f"{name} does not answer: {type(gone).__name__}")
                    continue
                if ready.status_code != httpx.codes.OK:
                    left.append(f"{name} is not ready: {ready.text}")
        if behind := _sum(pages, f"passerelle_{service}_consumer_lag_events"):
            left.append(f"{service}: {behind:.0f} events not read")
        leaders = _sum(pages, f"passerelle_{service}_relay_is_leader_count")
        if leaders != 1:
            left.append(f"{service}: {leaders:.0f} processes publish")
        return left


def _sum(pages: Sequence[str], name: str) -> float:
    return sum(
        sample.value
        for page in pages
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == name
    )
