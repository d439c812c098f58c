"""Noticing that the broker forgot: its log ends before what it had acknowledged."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from shared.contracts.topics import Service
from shared.runtime.access import Access
from shared.runtime.log_ends import log_ends
from shared.runtime.prepare import provision

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Session = Connection[Record]

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 5.0
ENDS = """
select topic, partition, max("offset") as last from outbox
where "offset" is not null group by topic, partition
"""
AGAIN = """
update outbox set published_at = null, partition = null, "offset" = null
where published_at is not null
"""


@dataclass
class LogWatch:
    """Knows the last acknowledgement of each partition, and compares it with the broker's log."""

    bootstrap: str
    service: Service
    access: Access | None = None
    _last: dict[TopicPartition, int] = field(default_factory=dict)
    _not_before: float = 0.0

    async def remember(self, connection: "Session") -> None:
        """Take the acknowledgements from the outbox."""
        self._last = {
            TopicPartition(row["topic"], row["partition"]): row["last"]
            for row in await connection.fetch(ENDS)
        }

    def acknowledged(self, partition: TopicPartition, offset: int) -> bool:
        """Note an acknowledgement; False when its place had been given before: the log is new."""
        if offset < 0:  # a repeated batch, which Kafka recognised, has no place
            return True
        follows = offset > self._last.get(partition, -1)
        self._last[partition] = offset
        return follows

    @property
    def is_due(self) -> bool:
        """Whether it is time to look."""
        return monotonic() >= self._not_before

    async def is_lost(self) -> bool:
        """Create what topics are missing; whether any partition ends too early."""
        there = await provision(self.bootstrap, self.service, self.access)
        self._not_before = monotonic() + LOOK_EVERY_S
        if any(tp.partition >= there.get(tp.topic, 0) for tp in self._last):
            return True
        ends = await log_ends(self.bootstrap, self._last, self.access)
        return _too_early(ends, self._last)

    async def publish_again(self, connection: "Session") -> None:
        """Mark the retained outbox as unpublished."""
        result = await connection.execute(AGAIN, timeout=120)
        self._last.clear()
        logger.warning(
            "the broker lost its log: publishing again", extra={"rows": result.split()[-1]}
        )


def _too_early(ends: Mapping[TopicPartition, int], last: Mapping[TopicPartition, int]) -> bool:
    return any(ends[partition] <= offset for partition, offset in last.items())
