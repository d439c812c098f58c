"""The embedded broker, as whoever runs the tests."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.ports import free_ports
from deploy.embedded.processes import StartError


async def test_what_is_written_can_be_read(bootstrap: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait("written", b"hello", key=b"k")
    consumer = AIOKafkaConsumer(
        "written", bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    async with consumer:
        read = await asyncio.wait_for(consumer.getone(), timeout=10)
    assert (read.key, read.value) == (b"k", b"hello")


async def test_a_killed_broker_starts_again_on_its_port(tmp_path: Path) -> None:
    async with EmbeddedBroker(tmp_path, free_ports(1)[0]) as broker:
        first = broker.pid
        await broker.kill()
        await broker.start()
        assert broker.is_running
        assert broker.pid != first


async def test_a_port_in_use_is_an_error_that_says_so(bootstrap: str, tmp_path: Path) -> None:
    taken = int(bootstrap.rpartition(":")[2])
    with pytest.raises(StartError, match="broker did not start"):
        await EmbeddedBroker(tmp_path, taken).start()
