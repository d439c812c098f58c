"""A service of its own process that writes each effect down: `python -m tests.reliability.member`.

It tells nothing by itself, relays what is in its outbox, and may kill itself at a failpoint.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.embedded.processes import Process
from deploy.embedded.web_process import PROJECT
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import Service
from shared.runtime.host import Host, Parts
from shared.runtime.observability import set_up_logging
from shared.runtime.postgres import Connection
from tests.integration.runtime_parts import a_host, at_work

EFFECT = """
create table if not exists effect (
    seq bigint generated always as identity primary key,
    event_id uuid not null, key text not null, version bigint not null)
"""


async def effect(event: Event | Tombstone, connection: Connection) -> None:
    """One row for each time; nothing here would hide a second one."""
    version = 0 if isinstance(event, Tombstone) else event.version
    row = (event.id, event.key, version)
    await connection.execute(
        "insert into effect (event_id, key, version) values ($1, $2, $3)", *row
    )


def migrations(folder: Path) -> Path:
    """A folder with the table of effects."""
    made = folder / "migrations"
    made.mkdir(exist_ok=True)
    (made / "0001_effect.sql").write_text(EFFECT)
    return made


@asynccontextmanager
async def a_member(
    folder: Path, service: Service, dsn: str, bootstrap: str, failpoint: str = ""
) -> AsyncGenerator[Process]:
    """A member, started; killed in the end."""
    process = Process(
        name=f"{service}",
        command=[
            *(sys.executable, "-m", "tests.reliability.member"),
            *(service, dsn, bootstrap, str(migrations(folder))),
        ],
        log=folder / f"{service}.log",
        environment={
            **os.environ,
            "PASSERELLE_KAFKA_PROFILE": "embedded",
            "PASSERELLE_FAILPOINT": failpoint,
        },
        folder=PROJECT,
    )
    process.start()
    try:
        yield process
    finally:
        await process.kill()


@asynccontextmanager
async def here(folder: Path, service: Service, dsn: str, bootstrap: str) -> AsyncGenerator[Host]:
    """The same within the test's own process."""
    async with a_host(dsn, bootstrap, migrations(folder), service) as host:
        async with at_work(host, parts(service)):
            yield host


def parts(service: Service) -> Parts:
    """Profiles only writes here; the others only read."""
    return Parts() if service is Service.PROFILES else Parts(apply=effect)


async def main(service: str, dsn: str, bootstrap: str, folder: str) -> None:
    """Work until killed."""
    set_up_logging("INFO")
    which = Service(service)
    async with a_host(dsn, bootstrap, Path(folder), which) as host:
        async with at_work(host, parts(which)):
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
