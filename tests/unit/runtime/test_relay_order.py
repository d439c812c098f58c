"""What did not arrive holds back what came after it about the same thing, and nothing else."""

from typing import cast

import asyncpg
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from shared.runtime.relay import _sent


def row(number: int, key: bytes, topic: str = "needs") -> asyncpg.Record:
    return cast("asyncpg.Record", {"id": number, "topic": topic, "key": key})


def arrived(number: int) -> RecordMetadata:
    return RecordMetadata("needs", 0, None, number, 0, 0, 0)


def test_nothing_of_a_key_counts_as_sent_after_the_first_that_failed() -> None:
    rows = [row(1, b"a"), row(2, b"b"), row(3, b"a"), row(4, b"a"), row(5, b"b")]
    results = [arrived(0), arrived(1), KafkaError(), arrived(2), arrived(3)]
    assert [kept["id"] for kept, _ in _sent(rows, results)] == [1, 2, 5]


def test_the_same_key_of_another_topic_is_another_thing() -> None:
    rows = [row(1, b"a"), row(2, b"a", "contacts")]
    assert [kept["id"] for kept, _ in _sent(rows, [KafkaError(), arrived(0)])] == [2]
