"""What people were told is saved is saved, whatever fails while they send a form."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path

import httpx
import pytest

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.databases import create_service_database
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import EmbeddedPostgres
from shared.contracts.topics import LETTERS
from shared.contracts.wire import decode
from shared.runtime.kafka import received
from tests.integration.test_profiles_service import Running, a_process
from tests.kafka.topics import everything
from tests.reliability.checkers import PENDING, connected
from tests.support.fakes_profiles import NEED_FORM, an_id
from tests.support.tcp_proxy import TcpProxy

pytestmark = pytest.mark.timeout(180)
SAVED, AWAY = 303, 503
SLOW_OUTBOX = """
create function slow() returns trigger language plpgsql as
'begin perform pg_sleep(60); return new; end';
create trigger slow before insert on outbox for each row
when (new.topic = 'passerelle.letters') execute function slow();
"""


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncGenerator[EmbeddedBroker]:
    async with EmbeddedBroker(tmp_path / "broker", free_ports(1)[0]) as started:
        yield started


@pytest.fixture
def small_disk() -> Generator[Path]:
    """A file system with room for a database and little more."""
    folder = Path(tempfile.mkdtemp(prefix="passerelle-full-", dir="/var/tmp"))
    folder.chmod(0o711)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", folder], check=True)
    folder.chmod(0o711)
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


async def test_killed_between_the_need_and_its_events_neither_is_there(
    database_dsn: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    async with a_process(database_dsn, broker.bootstrap, tmp_path) as profiles:
        async with connected(database_dsn) as database:
            await database.execute(SLOW_OUTBOX)
            sending = asyncio.create_task(sent(profiles, "one"))
            asleep = "from pg_stat_activity where wait_event = 'PgSleep'"
            await until(lambda: database.fetchval(f"select count(*) {asleep}"))
            os.kill(profiles.process.pid, signal.SIGKILL)
            assert await sending is None
            await database.execute(f"select pg_terminate_backend(pid) {asleep}")
            await database.execute("drop trigger slow on outbox")
            assert await stock(database_dsn) == (0, 0)
            assert await database.fetchval("select count(*) from outbox") == 0
    async with a_process(database_dsn, broker.bootstrap, tmp_path) as profiles:
        assert await sent(profiles, "one") == SAVED
        await all_told(database_dsn, broker.bootstrap, needs=1)


async def test_killed_after_the_commit_the_same_form_again_counts_once(
    database_dsn: str, broker: EmbeddedBroker, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    (door,) = free_ports(1)
    real = int(postgres.admin_dsn.rsplit(":", 1)[1].split("/")[0])
    armed: list[int] = []

    def kill_at_commit(piece: bytes) -> bool:
        if b"COMMIT" not in piece or not armed:
            return False
        os.kill(armed[0], signal.SIGKILL)
        return True

    async with TcpProxy(door, real, kill_at_commit):
        dsn = database_dsn.replace(f":{real}/", f":{door}/")
        needs = 0
        while not needs:  # a commit of something else may come first
            async with a_process(dsn, broker.bootstrap, tmp_path) as profiles:
                armed.append(profiles.process.pid)
                assert await sent(profiles, "one") is None
                armed.clear()
            needs, _ = await stock(database_dsn)
        async with a_process(dsn, broker.bootstrap, tmp_path) as profiles:
            assert await sent(profiles, "one") == SAVED
            await all_told(database_dsn, broker.bootstrap, needs=1)


async def test_forms_are_taken_while_the_broker_is_away_and_told_when_it_is_back(
    database_dsn: str, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    async with a_process(database_dsn, broker.bootstrap, tmp_path) as profiles:
        assert await sent(profiles, "before") == SAVED
        await broker.kill()
        answers = [await sent(profiles, f"{number}") for number in range(100)]
        assert answers == [SAVED] * 100
        await until(lambda: measured(profiles, "outbox_oldest_age_seconds", above=5))
        assert await measured(profiles, "outbox_pending_rows", above=100)
        await broker.start()
        await all_told(database_dsn, broker.bootstrap, needs=101)


async def test_a_database_that_became_read_only_is_said_and_waited_for(
    database_dsn: str, broker: EmbeddedBroker, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    name = database_dsn.rsplit("/", 1)[1]
    async with a_process(database_dsn, broker.bootstrap, tmp_path) as profiles:
        assert await sent(profiles, "before") == SAVED
        async with connected(postgres.admin_dsn) as admin:
            for read_only, answer in (("on", AWAY), ("off", SAVED)):
                await admin.execute(
                    f"alter database {name} set default_transaction_read_only = {read_only}"
                )
                await admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
                    name,
                )
                await until(partial(becomes, profiles, "after", answer))
        await all_told(database_dsn, broker.bootstrap, needs=2)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk is mounted by root")
async def test_a_full_disk_is_said_leaves_nothing_half_written_and_passes(
    small_disk: Path, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    async with EmbeddedPostgres(small_disk, port, log=tmp_path / "postgres.log") as full:
        dsn = await create_service_database(full.admin_dsn, "small", "secret", vector=False)
        async with a_process(dsn, broker.bootstrap, tmp_path) as profiles:
            assert await sent(profiles, "first") == SAVED
            ballast = filled(small_disk)
            answers: list[int | None] = []
            while answers.count(AWAY) < 5:
                answers.append(await sent(profiles, f"{len(answers)}"))
                assert len(answers) < 300
            assert set(answers) <= {SAVED, AWAY}
            ballast.unlink()
            needs = 1 + answers.count(SAVED)
            await until(lambda: becomes(profiles, "last", SAVED))
            await all_told(dsn, broker.bootstrap, needs=needs + 1)


def filled(folder: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while shutil.disk_usage(folder).free:
                    file.write(bytes(size))
    return ballast


async def sent(profiles: Running, name: str) -> int | None:
    """Send a form; the answer, if there is one."""
    form = {**NEED_FORM, "form_id": str(an_id(name)), "email": f"anne.{name}@example.org"}
    async with httpx.AsyncClient(timeout=20) as browser:
        try:
            return (await browser.post(f"{profiles.url}/besoin", data=form)).status_code
        except httpx.TransportError:
            return None


async def becomes(profiles: Running, name: str, wanted: int) -> bool:
    return await sent(profiles, name) == wanted


async def stock(dsn: str) -> tuple[int, int]:
    """How many needs there are, and how many letters were put in the outbox for them."""
    async with connected(dsn) as database:
        needs = await database.fetchval("select count(*) from need")
        letters = await database.fetchval(
            "select count(*) from outbox where topic = $1", LETTERS.name
        )
        return needs, letters


async def all_told(dsn: str, bootstrap: str, *, needs: int) -> None:
    """Wait until nothing waits; then each need is told of once or more, and nothing else is."""
    async with connected(dsn) as database:
        await until(lambda: is_empty(database.fetchval(PENDING)))
        assert await stock(dsn) == (needs, needs)
        told = {row["event_id"] for row in await database.fetch("select event_id from outbox")}
    log = {decode(received(one)).id for one in await everything(bootstrap, LETTERS.name)}
    assert log <= told
    assert len(log) == needs


async def is_empty(count: Awaitable[int]) -> bool:
    return await count == 0


async def measured(profiles: Running, name: str, *, above: float) -> bool:
    async with httpx.AsyncClient() as client:
        lines = (await client.get(f"{profiles.url}/metrics")).text.splitlines()
    (value,) = (
        line.split()[-1] for line in lines if line.startswith(f"passerelle_profiles_{name} ")
    )
    return float(value) >= above


async def until(holds: Callable[[], Awaitable[object]], *, within_s: float = 40) -> None:
    async with asyncio.timeout(within_s):
        while not await holds():
            await asyncio.sleep(0.1)
