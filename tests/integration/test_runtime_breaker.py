"""A release that fails on everything stops reading, rather than filling the dead letters."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service
from shared.contracts.wire import encode
from shared.runtime.breaker import BUGS_IN_A_ROW
from shared.runtime.host import Host, Parts
from shared.runtime.postgres import Connection
from tests.integration.runtime_parts import a_host, at_work, eventually, send
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(120)


@dataclass
class Release:
    """Works only when it is mended."""

    works: bool = False
    heard: list[UUID] = field(default_factory=list)

    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        if not self.works:
            raise ValueError("a bug")
        self.heard.append(event.id)


async def test_reading_stops_and_goes_on_when_one_event_succeeds(
    database_dsn: str, new_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.breaker.PAUSE_S", 3.0)
    monkeypatch.setattr("shared.runtime.consumer.MOST_ATTEMPTS", 2)
    events = [a_need_published(f"need {n}") for n in range(30)]
    release = Release()
    async with a_host(database_dsn, new_bootstrap, tmp_path, Service.MATCHER) as host:
        async with at_work(host, Parts(apply=release)):
            await send(new_bootstrap, *(encode(event) for event in events))
            await eventually(lambda: breaker(host) == 1)
            await eventually(lambda: not host.health.parts["consumer"])
            assert await dead(host) == BUGS_IN_A_ROW
            release.works = True
            await eventually(lambda: breaker(host) == 0, within_s=15)
            await eventually(lambda: len(release.heard) == len(events) - BUGS_IN_A_ROW)
            await eventually(lambda: host.health.ready)
        assert await dead(host) == BUGS_IN_A_ROW


def breaker(host: Host) -> float | None:
    return host.metrics.registry.get_sample_value("passerelle_matcher_breaker_open_count")


async def dead(host: Host) -> int:
    return int(await host.pool.fetchval("select count(*) from dead_letter"))
