"""The broker: one place for clients, acknowledgement and the parser that never fails."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.contracts.topics import Service, Topic
from shared.contracts.wire import Message
from shared.runtime.access import access_of, security_of
from shared.runtime.settings import KafkaProfile, ServiceSettings

Parser = Callable[[Any], Awaitable[KafkaMessage]]
Handle = Callable[[Sequence[ConsumerRecord]], Awaitable[None]]
MOST_RECORDS = 200
BATCH_WAIT_MS = 50
REQUEST_TIMEOUT_MS = 10_000
LONGEST_BATCH_MS = 300_000
"""Who takes longer over a batch is taken for dead; the batch goes to another."""


@dataclass(frozen=True, slots=True)
class Timings:
    """How long a silent member is waited for, how often it speaks, how long a fetch waits."""

    session_ms: int
    heartbeat_ms: int
    fetch_wait_ms: int


TIMINGS = {
    # The embedded broker pauses half a session at each join and does not wake a waiting fetch.
    KafkaProfile.EMBEDDED: Timings(session_ms=2_000, heartbeat_ms=500, fetch_wait_ms=20),
    KafkaProfile.KAFKA: Timings(session_ms=30_000, heartbeat_ms=3_000, fetch_wait_ms=500),
}


def make_broker(settings: ServiceSettings, service: Service) -> KafkaBroker:
    """A broker that acknowledges only what was handled, and never creates topics by accident."""
    return KafkaBroker(
        settings.kafka_bootstrap,
        client_id=f"passerelle-{service}",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        parser=parse,
        decoder=decode,
        apply_types=False,
        allow_auto_create_topics=False,
        graceful_timeout=15.0,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        security=security_of(settings),
        logger=logging.getLogger("passerelle.broker"),
    )


def subscribe(
    broker: KafkaBroker,
    topics: Iterable[Topic],
    handle: Handle,
    *,
    group: str,
    profile: KafkaProfile,
) -> BatchSubscriber:
    """Have `handle` called with batches of the topics' records, across partitions."""
    timings = TIMINGS[profile]
    subscriber = broker.subscriber(
        *[topic.name for topic in topics],
        group_id=group,
        batch=True,
        max_records=MOST_RECORDS,
        batch_timeout_ms=BATCH_WAIT_MS,
        auto_offset_reset="earliest",
        max_poll_interval_ms=LONGEST_BATCH_MS,
        session_timeout_ms=timings.session_ms,
        heartbeat_interval_ms=timings.heartbeat_ms,
        fetch_max_wait_ms=timings.fetch_wait_ms,
        no_reply=True,
    )
    subscriber(handle)
    return subscriber


def make_producer(settings: ServiceSettings, service: Service) -> AIOKafkaProducer:
    """The relay's producer: all replicas acknowledge; idempotent where the broker can."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        client_id=f"passerelle-{service}-relay",
        acks="all",
        enable_idempotence=settings.kafka_profile is KafkaProfile.KAFKA,
        linger_ms=5,
        max_batch_size=128 * 1024,
        max_request_size=4 * 1024 * 1024,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        **access_of(settings),
    )


async def parse(message: Any, original: Parser) -> KafkaMessage:  # noqa: ANN401  # a tuple in batches
    """Wrap records without reading their headers, which are anyone's bytes: this never fails."""
    wrapped = await original((replace(message[0], headers=()),))
    wrapped.raw_message = message
    return wrapped


async def decode(message: KafkaMessage) -> Any:  # noqa: ANN401  # FastStream passes it on untyped
    """Hand the raw records on; what they mean is decided inside the transaction."""
    return message.raw_message


def received(record: ConsumerRecord) -> Message:
    """A record as contracts know it."""
    return Message(
        topic=record.topic,
        key=record.key or b"",
        headers=tuple(record.headers),
        value=record.value,
    )
