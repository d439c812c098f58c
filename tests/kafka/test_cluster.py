"""Three nodes that copy each other: the one that leads is killed, then most of them."""

import asyncio
from pathlib import Path

import pytest

from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import decode
from shared.runtime.host import Parts
from shared.runtime.kafka import received
from tests.integration.runtime_parts import a_host, at_work, tell
from tests.kafka.test_limits import PENDING, drained
from tests.kafka.topics import everything, named
from tests.support.apache_kafka.cluster import Cluster
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(150)


async def test_no_event_is_lost_or_told_twice_while_nodes_die_and_come_back(
    database_dsn: str, tmp_path: Path
) -> None:
    told = [a_need_published(f"{n % 40}", version=1 + n // 40) for n in range(600)]
    async with Cluster(tmp_path / "kafka") as cluster:
        async with a_host(database_dsn, cluster.bootstrap, tmp_path, Service.PROFILES) as host:
            async with named(cluster.bootstrap) as admin:
                (topic,) = await admin.describe_topics([NEEDS.name])
            assert all(len(found["replicas"]) == 3 for found in topic["partitions"])
            async with at_work(host, Parts()):
                leader = await cluster.leader(NEEDS.name, 0)
                for begin in range(0, 400, 4):
                    if begin == 100:
                        await leader.kill()
                    await tell(host, *told[begin : begin + 4])
                    await asyncio.sleep(0.02)
                await drained(host)

                other = next(node for node in cluster.nodes.values() if node.process.is_running)
                await other.kill()
                await tell(host, *told[400:])
                await asyncio.sleep(3)
                assert await host.pool.fetchval(PENDING) > 0, "one copy is not enough"
                await asyncio.gather(other.start(), leader.start())
                await drained(host)
        records = await everything(cluster.bootstrap, NEEDS.name)
    heard = [decode(received(record)) for record in records]
    assert {event.id for event in heard} == {event.id for event in told}
    assert len(heard) == len(told)
