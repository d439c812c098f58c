"""Noticing that the broker forgot: its log ends before what it had acknowledged, or is another."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from aiokafka import TopicPartition

from shared.contracts.topics import BY_NAME, Service
from shared.runtime.access import Access
from shared.runtime.log_ends import Seen, look
from shared.runtime.prepare import provision

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Session = Connection[Record]

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 5.0
# From one partition to the next: what was published long ago costs nothing.
ENDS = """
with recursive place as (
    (select topic, partition from outbox where "offset" is not null
     order by topic, partition limit 1)
    union all
    select next.topic, next.partition from place, lateral (
        select topic, partition from outbox
        where "offset" is not null and (topic, partition) > (place.topic, place.partition)
        order by topic, partition limit 1) next
)
select place.topic, place.partition, last."offset", last.event_id from place, lateral (
    select "offset", event_id from outbox
    where topic = place.topic and partition = place.partition and "offset" is not null
    order by "offset" desc limit 1) last
"""
AGAIN = """
with page as (
    select id from outbox where id > $1 order by id limit $2
), again as (
    update outbox set published_at = null, partition = null, "offset" = null
    from page where outbox.id = page.id and published_at is not null
    returning 1
)
select (select max(id) from page) as last, (select count(*) from again) as rows
"""
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Last:
    """What a partition acknowledged last, and where it put it."""

    offset: int
    event_id: UUID


@dataclass
class LogWatch:
    """Knows the last acknowledgement of each partition, and compares it with the broker's log."""

    bootstrap: str
    service: Service
    access: Access | None = None
    _last: dict[TopicPartition, Last] = field(default_factory=dict)
    _not_before: float = 0.0

    async def remember(self, connection: "Session") -> None:
        """Take the acknowledgements from the outbox."""
        self._last = {
            TopicPartition(row["topic"], row["partition"]): Last(row["offset"], row["event_id"])
            for row in await connection.fetch(ENDS)
        }

    def acknowledged(self, partition: TopicPartition, last: Last) -> bool:
        """Note an acknowledgement; False when its place had been given before: the log is new."""
        if last.offset < 0:  # a repeated batch, which Kafka recognised, has no place
            return True
        known = self._last.get(partition)
        self._last[partition] = last
        return known is None or last.offset > known.offset

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
        places = {partition: last.offset for partition, last in self._last.items()}
        seen = await look(self.bootstrap, places, self.access)
        return any(_differs(seen[partition], last) for partition, last in self._last.items())

    async def publish_again(self, connection: "Session", got_on: Callable[[], None]) -> None:
        """Mark the retained outbox as unpublished, all of it or none, telling that it gets on."""
        last: int | None = 0
        rows = 0
        async with connection.transaction():
            while last is not None:
                page = await connection.fetchrow(AGAIN, last, PAGE)
                last, rows = (page["last"], rows + page["rows"]) if page else (None, rows)
                got_on()
        self._last.clear()
        logger.warning("the broker lost its log: publishing again", extra={"rows": rows})


def _differs(seen: Seen, last: Last) -> bool:
    """Whether a log ends before what it had acknowledged, or holds something else there."""
    if seen.end <= last.offset:
        return True
    first = seen.first
    if first is None or first.offset != last.offset or first.topic not in BY_NAME:
        return False  # deleted or compacted since; or a dead letter, which has another's id
    return dict(first.headers).get("ce_id") != str(last.event_id).encode()
