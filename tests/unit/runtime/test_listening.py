"""Looking how far behind a reader is, while others join its group and leave."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import NEEDS, Service
from shared.runtime.clock import utc_now
from shared.runtime.failpoints import Failpoints
from shared.runtime.host import Host
from shared.runtime.listening import Listening
from shared.runtime.observability import Metrics
from shared.runtime.postgres import Connection, Database
from shared.runtime.settings import ServiceSettings

FIRST, SECOND = TopicPartition(NEEDS.name, 0), TopicPartition(NEEDS.name, 1)


@dataclass
class GivesAway:
    """A consumer whose other partitions go to another process while its position is asked for."""

    given: set[TopicPartition] = field(default_factory=lambda: {FIRST, SECOND})

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self.given)

    def highwater(self, partition: TopicPartition) -> int:
        assert partition in self.given, "aiokafka asserts it too"
        return 7

    async def position(self, partition: TopicPartition) -> int:
        self.given = {partition}
        return 3


async def test_a_partition_given_away_meanwhile_is_not_asked_about() -> None:
    async def apply(event: Event | Tombstone, connection: Connection) -> None:
        raise AssertionError("nothing is read here")

    host = Host(
        service=Service.MATCHER,
        settings=ServiceSettings(database_url="postgresql://nobody@127.0.0.1/none"),
        migrations=Path(),
        pool=cast(Database, None),
        clock=utc_now,
        metrics=Metrics(Service.MATCHER),
        failpoint=Failpoints(),
    )
    listening = Listening(host, apply, host.progress())
    await listening._look(cast(AIOKafkaConsumer, GivesAway()))
    labels = {"topic": NEEDS.name}
    assert (
        host.metrics.registry.get_sample_value("passerelle_matcher_consumer_lag_events", labels)
        == 4
    )
