"""The ports of a run on this computer."""

import socket
from collections.abc import Generator
from dataclasses import asdict, replace

import pytest

from deploy.embedded.ports import Ports, free_ports, is_free
from deploy.embedded.processes import StartError


@pytest.fixture
def taken() -> Generator[int, None, None]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_port_in_use_is_named_with_its_purpose_and_its_variable(taken: int) -> None:
    with pytest.raises(StartError) as refused:
        replace(Ports.free(), smtp=taken).require_free()
    sentence = str(refused.value)
    assert f"Port {taken}, meant for the mailbox, is in use" in sentence
    assert "DEMO_PORT_SMTP=" in sentence


def test_one_port_for_two_purposes_is_refused() -> None:
    ports = Ports.free()
    with pytest.raises(StartError, match="is meant for both the site and PostgreSQL"):
        replace(ports, postgres=ports.profiles).require_free()


def test_free_ports_are_free_and_different() -> None:
    ports = asdict(Ports.free()).values()
    assert len(set(ports)) == len(ports)
    Ports.free().require_free()


def test_each_port_can_be_chosen_in_the_environment() -> None:
    chosen = {f"DEMO_PORT_{name.upper()}": str(1000 + n) for n, name in enumerate(asdict(Ports()))}
    assert list(asdict(Ports.from_environment(chosen)).values()) == list(range(1000, 1007))


def test_the_demo_has_ports_of_its_own_otherwise() -> None:
    assert Ports.from_environment({"DEMO_PORT_BROKER": ""}) == Ports()


@pytest.mark.parametrize("value", ["x", "0", "65536", "-1", "8000 "])
def test_what_is_not_a_port_is_refused(value: str) -> None:
    with pytest.raises(StartError, match=f"DEMO_PORT_BROKER={value} is not a port"):
        Ports.from_environment({"DEMO_PORT_BROKER": value})


def test_a_port_is_free_until_someone_listens(taken: int) -> None:
    assert not is_free(taken)
    assert is_free(free_ports(1)[0])
