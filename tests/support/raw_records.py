"""Writing what no client of ours would: headers with names that are not UTF-8."""

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from typing_extensions import override

from shared.contracts.wire import Message

CODECS = {None: 0, "gzip": 1}


class _Name(str):
    """A header's name that stands for the bytes it was read from."""

    __slots__ = ()

    @override
    def encode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> bytes:
        return super().encode(encoding, "surrogateescape")


async def send_together(bootstrap: str, *messages: Message, compression: str | None = None) -> None:
    """Write messages of one topic as one batch, into its first partition."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=2_000_000)
    await producer.start()
    try:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(
            magic=2,
            compression_type=CODECS[compression],
            is_transactional=False,
            producer_id=-1,
            producer_epoch=-1,
            base_sequence=-1,
            batch_size=2_000_000,
        )
        for message in messages:
            headers = [(_Name(name), value) for name, value in message.headers]
            batch.append(key=message.key, value=message.value, timestamp=None, headers=headers)
        batch.close()
        await (await producer.send_batch(batch, messages[0].topic, partition=0))
    finally:
        await producer.stop()
