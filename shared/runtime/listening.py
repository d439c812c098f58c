"""Reading this service's topics for as long as it runs, and how far behind it is."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.contracts.topics import read_by
from shared.runtime.consumer import Apply, BatchConsumer
from shared.runtime.host import Host
from shared.runtime.kafka import make_broker, subscribe

LAG_EVERY_S, LONGEST_STOP_S = 2.0, 20.0


async def listen(host: Host, apply: Apply) -> None:
    """Read this service's topics until cancelled."""
    batches = BatchConsumer(host.service, host.pool, apply, host.metrics, host.failpoint)

    async def handle(records: Sequence[ConsumerRecord]) -> None:
        await batches(records)
        host.bell.ring()

    broker = make_broker(host.settings, host.service)
    subscriber = subscribe(
        broker,
        read_by(host.service),
        handle,
        group=f"passerelle.{host.service}",
        profile=host.settings.kafka_profile,
    )
    try:
        await broker.start()
        host.health.say("consumer", ready=True)
        while True:
            await asyncio.sleep(LAG_EVERY_S)
            await _measure_lag(host, subscriber.consumer)
    finally:
        host.health.say("consumer", ready=False)
        async with asyncio.timeout(LONGEST_STOP_S):
            await broker.stop()


async def _measure_lag(host: Host, consumer: AIOKafkaConsumer | None) -> None:
    if consumer is None:
        return
    lag: dict[str, int] = {}
    for partition in consumer.assignment():
        end = consumer.highwater(partition)
        behind = (end or 0) - await consumer.position(partition)
        lag[partition.topic] = lag.get(partition.topic, 0) + max(0, behind)
    for topic, behind in lag.items():
        host.metrics.lag.labels(topic).set(behind)
