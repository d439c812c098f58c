"""The house that the storm shakes: two processes a service, and a link in front of each server."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import urlsplit, urlunsplit

from deploy.embedded.ports import Ports
from deploy.embedded.stack import SERVICES, Stack
from tests.reliability.storm.links import Link
from tests.reliability.storm.plan import LINKS

QUICK = {
    "PASSERELLE_UNDO_S": "0",
    "PASSERELLE_IN_DOUBT_WAIT_S": "1",
    "PASSERELLE_LEASE_S": "3",
    "PASSERELLE_SMTP_TIMEOUT_S": "5",
    "PASSERELLE_PATIENCE_S": "5",
    "PASSERELLE_STUCK_AFTER_S": "30",
    "PASSERELLE_CLOCK_SPEED": "10",
}
"""Times that are minutes or hours elsewhere."""


@dataclass
class House:
    """A running stack and the links to its servers."""

    stack: Stack
    links: dict[str, Link]

    @property
    def replicas(self) -> list[str]:
        """Every process of every service."""
        return [name for service in SERVICES for name in self.stack.replicas_of(service)]


@asynccontextmanager
async def standing(folder: Path, seed: int) -> AsyncGenerator[House, None]:
    """Build it, all services ready; take it down after, and leave what it wrote."""
    ports = Ports.free()
    behind = {"broker": ports.broker, "smtp": ports.smtp}
    seen_at = dict(zip(LINKS, ports.further(len(LINKS)), strict=True))
    links = {
        name: Link(seen_at[name], behind.get(name, ports.postgres), dice=Random(f"{seed}/{name}"))
        for name in LINKS
    }
    stack = Stack(
        folder=folder,
        ports=ports,
        replicas=2,
        durable=False,
        mailbox_may_fail=True,
        broker_seen_at=seen_at["broker"],
        common={
            **QUICK,
            "PASSERELLE_CLOCK_ORIGIN": datetime.now(UTC).isoformat(),  # it is born here
            "PASSERELLE_KAFKA_BOOTSTRAP": f"127.0.0.1:{seen_at['broker']}",
            "PASSERELLE_SMTP_PORT": str(seen_at["smtp"]),
        },
    )
    async with AsyncExitStack() as opened:
        for link in links.values():
            await opened.enter_async_context(link)
        for service in SERVICES:
            for name in stack.replicas_of(service):
                address = _at(stack.dsn(service), seen_at[f"{service}-db"])
                stack.extra[name]["PASSERELLE_DATABASE_URL"] = address
        await opened.enter_async_context(stack)
        yield House(stack, links)


async def forget(folder: Path) -> None:
    """Remove what a storm wrote."""
    await Stack(folder=folder).forget()


def _at(dsn: str, port: int) -> str:
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{host}:{port}"))
