"""An embedded PostgreSQL: a server of our own, on this computer only, closed to others.

    async with EmbeddedPostgres(folder, port) as postgres:
        dsn = await create_service_database(postgres.admin_dsn, "matcher", password, vector=True)

It listens on 127.0.0.1 alone and asks everybody for a password. What an earlier run left (a stale
`postmaster.pid`, a server still running on the same data) does not prevent a start.
"""

import asyncio
import os
import secrets
import shutil
import signal
from pathlib import Path
from typing import Self

from deploy.embedded.keys import write_private
from deploy.embedded.postmaster import Postmaster, postmaster, stop_leftover
from deploy.embedded.processes import Process, StartError, until
from deploy.embedded.programs import Programs, find_programs, place_for

_FOR_TESTS = {"fsync": "off", "full_page_writes": "off"}
_ATTEMPTS = 5


class EmbeddedPostgres:
    """A PostgreSQL server that keeps its data in a folder."""

    def __init__(
        self, folder: Path, port: int, *, durable: bool = True, log: Path | None = None
    ) -> None:
        """Describe it; `durable=False` (tests) trades surviving a power cut for speed."""
        self._folder = folder.resolve()
        self._port = port
        self._settings = {} if durable else _FOR_TESTS
        self._log = log or self._folder / "postgres.log"
        self._process: Process | None = None
        self._place = place_for(self._folder)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def admin_dsn(self) -> str:
        """How the superuser connects."""
        password = (self._place / "superuser-password").read_text()
        return f"postgresql://postgres:{password}@127.0.0.1:{self._port}/postgres"

    @property
    def data(self) -> Path:
        """Where the server writes."""
        return self._place / "data"

    @property
    def is_running(self) -> bool:
        """Whether the server is alive."""
        return self._process is not None and self._process.is_running

    @property
    def pid(self) -> int:
        """The id of the server's process."""
        return self._started.pid

    async def start(self) -> None:
        """Create the data if there are none, start, and wait until it accepts connections."""
        programs, data = find_programs(), self.data
        if not data.exists():
            await self._create(data, programs)
        _require_same_version(data, programs)
        await stop_leftover(data)
        self._process = self._server(data, programs)
        for _ in range(_ATTEMPTS):
            self._process.start()
            if await self._is_ready(data):
                return
            await self._process.kill()
            # Workers of a server killed a moment ago may still hold its shared memory.
            await asyncio.sleep(0.5)
        raise StartError(f"PostgreSQL did not start: {self._process.last_words()} ({self._log})")

    async def stop(self) -> None:
        """Stop: clients are disconnected, everything is written (a "fast shutdown")."""
        if self._process is not None:
            await self._process.stop(signal.SIGINT, within_s=20)

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        await self._started.kill()

    async def forget(self) -> None:
        """Remove the data for ever, with the server that may still run on them."""
        await self.stop()
        await stop_leftover(self.data)
        shutil.rmtree(self._place)

    @property
    def _started(self) -> Process:
        if self._process is None:
            raise StartError("PostgreSQL was never started.")
        return self._process

    def _server(self, data: Path, programs: Programs) -> Process:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "200",
            **self._settings,
        }
        options = [part for name in settings for part in ("-c", f"{name}={settings[name]}")]
        command = [str(programs.bin / "postgres"), "-D", str(data), *options]
        return self._run("postgres", command, programs, death_signal=signal.SIGINT)

    def _run(
        self,
        name: str,
        command: list[str],
        programs: Programs,
        *,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> Process:
        return Process(
            name=name,
            command=command,
            log=self._log,
            environment={"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
            account=programs.account,
            folder=self._place,
            death_signal=death_signal,
        )

    async def _is_ready(self, data: Path) -> bool:
        """Wait until the server that we started says so; False when it ended instead."""

        def ready_or_ended() -> bool:
            return not self.is_running or postmaster(data) == Postmaster(self.pid, is_ready=True)

        return await until(ready_or_ended, within_s=60) and self.is_running

    async def _create(self, data: Path, programs: Programs) -> None:
        """Initialise the data beside their place, so that an interrupted start leaves nothing."""
        unfinished, password = self._place / "data.new", self._place / "initdb-password"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        write_private(self._place / "superuser-password", secrets.token_urlsafe(24))
        shutil.copy(self._place / "superuser-password", password)
        password.chmod(0o600)
        if programs.account:
            for ours in (unfinished, password):
                os.chown(ours, programs.account.uid, programs.account.gid)
        access = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}"]
        words = "-E UTF8 --no-locale --locale-provider=builtin --builtin-locale=C.UTF-8"
        options = [*access, *words.split(), "--no-sync", "--no-instructions"]
        initdb = self._run(
            "initdb",
            [str(programs.bin / "initdb"), "-D", str(unfinished), *options],
            programs,
        )
        initdb.start()
        await until(lambda: not initdb.is_running, within_s=120)
        password.unlink()
        if initdb.exit_code != 0:
            await initdb.kill()
            raise StartError(f"PostgreSQL could not create its data: {initdb.last_words()}")
        unfinished.rename(data)


def _require_same_version(data: Path, programs: Programs) -> None:
    written_by = (data / "PG_VERSION").read_text().strip()
    if written_by != programs.version.partition(".")[0]:
        raise StartError(
            f"The data in {data} were written by PostgreSQL {written_by}, this is "
            f"{programs.version}: remove that folder (the demo's data) to start afresh."
        )
