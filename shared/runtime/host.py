"""What every part of a service process shares, and what a service adds to it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from shared.contracts.topics import Service
from shared.runtime.bell import Bell
from shared.runtime.clock import Clock, make_clock
from shared.runtime.consumer import Apply
from shared.runtime.failpoints import Failpoints
from shared.runtime.observability import Health, Metrics
from shared.runtime.postgres import open_pool
from shared.runtime.progress import Progress
from shared.runtime.records import accept_any_header_name
from shared.runtime.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

Run = Callable[[], Awaitable[None]]


@dataclass
class Host:
    """What every part of a service process shares.

    Attributes:
        bell: Rung after each commit that may have left work for relay or workers.
    """

    service: Service
    settings: ServiceSettings
    migrations: Path
    pool: "Database"
    clock: Clock
    metrics: Metrics
    failpoint: Failpoints
    health: Health = field(default_factory=Health)
    bell: Bell = field(default_factory=Bell)

    def progress(self) -> Progress:
        """A part's progress, which this process's life hangs on."""
        progress = Progress(self.settings.stuck_after_s)
        self.health.watch(lambda: not progress.is_hopeless)
        return progress


@dataclass(frozen=True)
class Parts:
    """What a service adds: routes, the work for one event, and workers that run for ever."""

    routes: Sequence[BaseRoute] = ()
    apply: Apply | None = None
    workers: Mapping[str, Run] = field(default_factory=dict)


Build = Callable[[Host], Parts]


@asynccontextmanager
async def open_host(
    service: Service, settings: ServiceSettings, migrations: Path
) -> AsyncGenerator[Host, None]:
    """Open what the parts share; the database may still be away."""
    accept_any_header_name()
    async with open_pool(settings.database_url) as pool:
        yield Host(
            service=service,
            settings=settings,
            migrations=migrations,
            pool=pool,
            clock=make_clock(speed=settings.clock_speed, origin=settings.clock_origin),
            metrics=Metrics(service),
            failpoint=Failpoints(settings.failpoint),
        )
