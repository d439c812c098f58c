"""The ports of a run on this computer: the demo's, or free ones."""

import random
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from deploy.embedded.processes import StartError

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Where the system takes no port by itself, so that one found free stays so."""

_LARGEST_PORT = 65_535
_PURPOSES = {
    "profiles": "the site",
    "matcher": "the matcher",
    "notifier": "the answer pages",
    "mailbox": "the mailbox's web page",
    "smtp": "the mailbox",
    "postgres": "PostgreSQL",
    "broker": "the message broker",
}


@dataclass(frozen=True, slots=True)
class Ports:
    """One port each, all on 127.0.0.1."""

    profiles: int = 8000
    matcher: int = 8001
    notifier: int = 8002
    mailbox: int = 8025
    smtp: int = 1025
    postgres: int = 5433
    broker: int = 9092

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The demo's ports, but where DEMO_PORT_<NAME> says another."""
        chosen = {name: environment.get(_variable(name), "") for name in _PURPOSES}
        return cls(**{name: _port(name, value) for name, value in chosen.items() if value})

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody listens on now."""
        return cls(*free_ports(len(_PURPOSES)))

    def further(self, count: int) -> list[int]:
        """That many more ports that nobody listens on now, and that are not among these."""
        ours = set(asdict(self).values())
        found = free_ports(count + len(ours))
        return [port for port in found if port not in ours][:count]

    def require_free(self) -> None:
        """Raise StartError with a sentence for the first port that is taken."""
        taken_by: dict[int, str] = {}
        for name, port in asdict(self).items():
            if port in taken_by:
                raise StartError(
                    f"Port {port} is meant for both {_PURPOSES[taken_by[port]]} and "
                    f"{_PURPOSES[name]}: set {_variable(name)} to another one."
                )
            taken_by[port] = name
            if not is_free(port):
                raise StartError(
                    f"Port {port}, meant for {_PURPOSES[name]}, is in use: stop what uses it, "
                    f"or choose another with {_variable(name)}={port + 10_000} make demo."
                )


def is_free(port: int) -> bool:
    """Whether one may listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """That many different ports that nobody listens on now."""
    candidates = random.sample(_BELOW_EPHEMERAL, k=1000)
    free = (port for port in candidates if is_free(port))
    return [next(free) for _ in range(count)]


def _variable(name: str) -> str:
    return f"DEMO_PORT_{name.upper()}"


def _port(name: str, value: str) -> int:
    if not (value.isdecimal() and 0 < int(value) <= _LARGEST_PORT):
        raise StartError(
            f"{_variable(name)}={value} is not a port (a number from 1 to {_LARGEST_PORT})."
        )
    return int(value)
