"""Reading this service's topics for as long as it runs, and how far behind it is."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from shared.contracts.topics import read_by
from shared.runtime.breaker import Breaker
from shared.runtime.consumer import Apply, BatchConsumer
from shared.runtime.host import Host
from shared.runtime.kafka import Handle, make_broker, subscribe
from shared.runtime.progress import Progress

logger = logging.getLogger(__name__)
LOOK_EVERY_S, LONGEST_STOP_S = 2.0, 20.0


@dataclass
class Listening:
    """Has a service's work done for each event of the topics it reads."""

    host: Host
    apply: Apply
    progress: Progress
    breaker: Breaker = field(default_factory=Breaker)
    _behind: int | None = None
    """How many events; None while nothing is assigned, or not yet looked at."""

    async def run(self) -> None:
        """Read until cancelled."""
        host = self.host
        broker = make_broker(host.settings, host.service)
        subscriber = subscribe(
            broker,
            read_by(host.service),
            self._handler(),
            group=f"passerelle.{host.service}",
            profile=host.settings.kafka_profile,
        )
        try:
            await broker.start()
            self._watch(subscriber.consumer)
            host.health.say("consumer", ready=not self.breaker.is_open)
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                host.health.say("consumer", ready=not self.breaker.is_open)
                # A position may be unknown for as long as the broker is away, or just given away.
                with suppress(TimeoutError, IllegalStateError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._look(subscriber.consumer)
        finally:
            host.health.say("consumer", ready=False)
            self._behind = None
            if self.progress.is_late:  # there is nothing in hand that would be finished
                for task in subscriber.tasks:
                    task.cancel()
            async with asyncio.timeout(LONGEST_STOP_S):
                await broker.stop()

    def _handler(self) -> Handle:
        host = self.host
        batches = BatchConsumer(
            host.service,
            host.pool,
            self.apply,
            host.metrics,
            host.failpoint,
            self.progress,
            self.breaker,
        )

        async def handle(records: Sequence[ConsumerRecord]) -> None:
            await batches(records)
            host.bell.ring()

        return handle

    def _watch(self, consumer: AIOKafkaConsumer) -> None:
        """Asking for more means that what was in hand is done, its commit too."""
        poll = consumer.getmany
        in_hand = False

        async def getmany(**options: int) -> dict[TopicPartition, list[ConsumerRecord]]:
            nonlocal in_hand
            if in_hand or self._behind == 0:
                self.progress.beat()
            batches: dict[TopicPartition, list[ConsumerRecord]] = await poll(**options)
            in_hand = bool(batches)
            if in_hand or self._behind is None:
                self.progress.begin()
            return batches

        consumer.getmany = getmany

    async def _look(self, consumer: AIOKafkaConsumer) -> None:
        """Measure how far behind this is; go back where the log ends before what was read."""
        lag: Counter[str] = Counter()
        for partition in consumer.assignment():
            if partition not in consumer.assignment():  # others join or leave at each await
                continue
            end = consumer.highwater(partition)
            if end is None:
                continue
            position = await consumer.position(partition)
            if position > end:  # the embedded broker would say "nothing new" for ever
                logger.warning("the log is shorter than what was read: from its start")
                await consumer.seek_to_beginning(partition)
            lag[partition.topic] += max(0, end - position)
        for topic, behind in lag.items():
            self.host.metrics.lag.labels(topic).set(behind)
        self._behind = lag.total() if lag else None
