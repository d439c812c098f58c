"""What was erased is cleared everywhere in a service's database, and nothing brings it back."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord

from shared.contracts.capabilities import CapabilityPublished
from shared.contracts.delivery import RejectedError, UnknownYetError
from shared.contracts.event import Event, Tombstone, derived_id
from shared.contracts.matches import MatchProposed
from shared.contracts.needs import NeedPublished
from shared.contracts.recorded import recorded
from shared.contracts.topics import CAPABILITIES, NEEDS, Service
from shared.contracts.wire import decode, encode
from shared.runtime.consumer import BatchConsumer
from shared.runtime.erasure import clear_recent
from shared.runtime.host import Host
from shared.runtime.outbox import PostgresOutbox
from shared.runtime.retention import Retention
from tests.integration.runtime_parts import a_host, tell
from tests.support.records import record_of

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

CANARY = "Zorglub"


def a_need(version: int = 1) -> NeedPublished:
    event = decode(recorded("need.published.v1"))
    assert isinstance(event, NeedPublished)
    own = derived_id(event.need_id, "state", version)
    return event.model_copy(update={"title": CANARY, "version": version, "id": own})


def a_match() -> MatchProposed:
    event = decode(recorded("match.proposed.v1"))
    assert isinstance(event, MatchProposed)
    return event.model_copy(update={"need_id": a_need().need_id})


def erased(event: Event, topic: str = NEEDS.name) -> Tombstone:
    return Tombstone(
        topic=topic,
        key=event.key,
        id=derived_id(event.id, "erased"),
        occurred_at=event.occurred_at,
    )


@dataclass
class Reader:
    """A service that keeps nothing but which events reached its own work."""

    host: Host
    reached: list[str] = field(default_factory=list)
    fails_with: Exception | None = None
    heard: int = 0

    async def hear(self, *events: Event | Tombstone) -> None:
        host = self.host
        consumer = BatchConsumer(
            Service.NOTIFIER,
            host.pool,
            self._apply,
            host.metrics,
            host.failpoint,
            host.progress(),
        )
        await consumer([self._record(event) for event in events])

    async def _apply(self, event: Event | Tombstone, _: "Connection") -> None:
        if self.fails_with is not None:
            raise self.fails_with
        name = "erased.v1" if isinstance(event, Tombstone) else event.event_type
        self.reached.append(name)

    def _record(self, event: Event | Tombstone) -> ConsumerRecord:
        self.heard += 1
        return record_of(encode(event), offset=self.heard)

    async def rows(self, table: str) -> str:
        return str(await self.host.pool.fetch(f"select * from {table}"))

    async def count(self, table: str) -> int:
        return int(await self.host.pool.fetchval(f"select count(*) from {table}"))

    def outcomes(self, outcome: str) -> float:
        total = 0.0
        for topic in (NEEDS.name, CAPABILITIES.name, "passerelle.matches"):
            total += (
                self.host.metrics.registry.get_sample_value(
                    "passerelle_notifier_consumed_events_total",
                    {"topic": topic, "outcome": outcome},
                )
                or 0.0
            )
        return total


@pytest.fixture
async def reader(database_dsn: str, bootstrap: str, tmp_path: Path) -> AsyncGenerator[Reader]:
    async with a_host(database_dsn, bootstrap, tmp_path, Service.NOTIFIER) as host:
        yield Reader(host)


async def test_what_comes_after_an_erasure_does_not_reach_the_service(reader: Reader) -> None:
    await reader.hear(a_need(), erased(a_need()), a_need(2))
    await reader.hear(a_need(3))
    assert reader.reached == ["need.published.v1", "erased.v1"]
    assert reader.outcomes("erased") == 2
    assert await reader.count("dead_letter") == 0


async def test_erasing_what_was_never_heard_of_is_no_error(reader: Reader) -> None:
    await reader.hear(erased(a_need()))
    assert await reader.count("erasure") == 1
    await reader.hear(a_need())
    assert reader.reached == ["erased.v1"]


async def test_what_names_something_erased_does_not_wait_for_it(reader: Reader) -> None:
    await reader.hear(erased(a_need()))
    reader.fails_with = UnknownYetError(a_need().key)
    await reader.hear(a_match())
    assert await reader.count("parked") == 0
    assert reader.outcomes("erased") == 1


async def test_what_waits_is_cleared_by_what_it_waits_for_and_by_what_it_names(
    reader: Reader,
) -> None:
    other = a_match()
    reader.fails_with = UnknownYetError(str(other.capability_id))
    await reader.hear(other)
    assert await reader.count("parked") == 1
    reader.fails_with = None
    await reader.hear(erased(a_need()))
    assert await reader.count("parked") == 0


async def test_dead_letters_lose_their_bytes_and_keep_their_place(reader: Reader) -> None:
    reader.fails_with = RejectedError("no")
    await reader.hear(a_need(), a_match())
    assert CANARY.encode().hex() in await _hex(reader, "dead_letter")
    reader.fails_with = None
    await reader.hear(erased(a_need()))
    rows = await reader.host.pool.fetch("select * from dead_letter")
    assert {(r["status"], r["reason"], r["key"], r["value"], r["headers"]) for r in rows} == {
        ("discarded", "erased", None, None, "[]")
    }
    assert len(rows) == 2
    assert CANARY.encode().hex() not in await _hex(reader, "outbox")


async def test_the_writer_forgets_what_it_told_and_publishes_only_the_tombstone(
    reader: Reader,
) -> None:
    await tell(reader.host, a_need(), a_need(2), a_match())
    await reader.host.pool.execute("update outbox set published_at = clock_timestamp()")
    await tell(reader.host, erased(a_need()))
    rows = await reader.host.pool.fetch("select topic, value from outbox")
    assert [(row["topic"], row["value"]) for row in rows] == [(NEEDS.name, None)]


async def test_what_only_names_an_erased_capability_is_published_first_and_cleared_later(
    reader: Reader,
) -> None:
    match = a_match()
    offer = decode(recorded("capability.published.v1"))
    assert isinstance(offer, CapabilityPublished)
    offer = offer.model_copy(update={"capability_id": match.capability_id})
    await tell(reader.host, match, erased(offer, CAPABILITIES.name))
    assert await reader.count("outbox") == 2
    await reader.host.pool.execute("update outbox set published_at = clock_timestamp()")
    await Retention(Service.NOTIFIER, reader.host.pool, 14).once()
    assert await reader.count("outbox") == 1


async def test_an_event_parked_while_the_erasure_was_applied_is_found_later(
    reader: Reader,
) -> None:
    await reader.hear(erased(a_need()))
    await reader.host.pool.execute(
        "insert into parked (event_id, waits_for, topic, key, headers, value)"
        " values ($1, $2, 'passerelle.matches', $3, '[]', 'x')",
        UUID(int=1),
        a_need().key,
        b"another",
    )
    async with reader.host.pool.acquire() as connection:
        assert await clear_recent(connection) == 1
    assert await reader.count("parked") == 0


async def test_a_trace_goes_with_what_it_was_about(reader: Reader) -> None:
    need = a_need()
    await reader.host.pool.execute(
        "insert into trace (subject, trace_id) values ($1, 'abc')", need.need_id
    )
    async with reader.host.pool.acquire() as connection, connection.transaction():
        await PostgresOutbox(connection).put(erased(need))
    assert await reader.count("trace") == 0


async def _hex(reader: Reader, table: str) -> str:
    return str(await reader.host.pool.fetchval(f"select string_agg(value::text, ' ') from {table}"))
