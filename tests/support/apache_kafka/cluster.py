"""Several nodes of Apache Kafka that keep copies of each other's log."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.ports import free_ports
from tests.support.apache_kafka.broker import ApacheKafka, Place


@dataclass
class Cluster:
    """Nodes 1 to `size`, each broker and controller."""

    folder: Path
    size: int = 3
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ports = free_ports(2 * self.size)
        places = [Place(n + 1, ports[2 * n], ports[2 * n + 1]) for n in range(self.size)]
        self.nodes = {
            place.node: ApacheKafka(
                self.folder / str(place.node),
                place.port,
                node=place.node,
                members=places,
                settings=self.settings,
            )
            for place in places
        }
        self.bootstrap = ",".join(node.bootstrap for node in self.nodes.values())

    async def __aenter__(self) -> Self:
        try:
            await asyncio.gather(*(node.format() for node in self.nodes.values()))
            for node in self.nodes.values():
                node.begin()
            await asyncio.gather(*(node.until_ready() for node in self.nodes.values()))
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def leader(self, topic: str, partition: int) -> ApacheKafka:
        """The node that takes what is written to a partition."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            (described,) = await admin.describe_topics([topic])
        finally:
            await admin.close()
        leaders = {found["partition"]: found["leader"] for found in described["partitions"]}
        return self.nodes[leaders[partition]]

    async def _end(self) -> None:
        # What they hold goes with the test's folder: nothing to write in good order.
        await asyncio.gather(*(node.kill() for node in self.nodes.values()))
