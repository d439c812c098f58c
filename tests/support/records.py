"""Records as a broker would hand them out."""

from aiokafka import ConsumerRecord

from shared.contracts.wire import Message


def record_of(message: Message, *, offset: int) -> ConsumerRecord:
    """A message at a place of its topic's first partition."""
    return ConsumerRecord(
        topic=message.topic,
        partition=0,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=message.key,
        value=message.value,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        headers=list(message.headers),
    )
