"""Each event has its effect once; the early wait; the unusable is kept with its reason."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest

from shared.contracts.contacts import ContactRecorded, PartyKind
from shared.contracts.delivery import RejectedError, UnavailableError, UnknownYetError
from shared.contracts.event import Event, Tombstone
from shared.contracts.needs import NeedPublished
from shared.contracts.topics import NEEDS, Service, dead_letters_of
from shared.contracts.wire import Message, encode
from shared.runtime.host import Host, Parts
from shared.runtime.outbox import message_from_row
from shared.runtime.postgres import Connection
from tests.integration.runtime_parts import a_host, at_work, eventually, read, send
from tests.kafka.topics import named
from tests.support.builders_events import A_MOMENT, a_need_published, an_id
from tests.support.builders_notifier import match_proposed
from tests.support.raw_records import send_together

pytestmark = [pytest.mark.timeout(90), pytest.mark.usefixtures("kafka_profile")]
GOOD = encode(a_need_published("good"))


@dataclass
class Reader:
    """Writes a row for each need heard of, unless told to fail for one."""

    failing: dict[UUID, list[Exception]] = field(default_factory=dict)

    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        failures = self.failing.get(event.id, [])
        await connection.execute("insert into effect (event_id) values ($1)", event.id)
        if failures:
            raise failures.pop(0)


@asynccontextmanager
async def a_reader(
    dsn: str, bootstrap: str, folder: Path, reader: Reader
) -> AsyncGenerator[Host, None]:
    (folder / "0001_effect.sql").write_text("create table effect (event_id uuid)")
    async with a_host(dsn, bootstrap, folder, Service.NOTIFIER) as host:
        async with at_work(host, Parts(apply=reader)):
            yield host


async def effects(host: Host) -> list[UUID]:
    return [row["event_id"] for row in await host.pool.fetch("select event_id from effect")]


async def settled(host: Host, query: str, count: int) -> None:
    async with asyncio.timeout(20):
        while await host.pool.fetchval(query) != count:
            await asyncio.sleep(0.02)


def handled(host: Host, outcome: str) -> float:
    """How many messages ended so, each time that it was handed out counted."""
    return sum(
        sample.value
        for metric in host.metrics.consumed.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["outcome"] == outcome
    )


def poisoned() -> dict[str, Message]:
    def with_header(name: str, value: bytes) -> Message:
        return replace(GOOD, headers=tuple((n, value if n == name else v) for n, v in GOOD.headers))

    return {
        "bad JSON": replace(GOOD, value=b"{"),
        "not an object": replace(GOOD, value=b"[]"),
        "bad UTF-8 value": replace(GOOD, value=b'{"title": "\xff"}'),
        "bad UTF-8 header": with_header("ce_type", b"\xff\xfe"),
        "no headers": replace(GOOD, headers=()),
        "null id": replace(
            GOOD, headers=tuple((n, None if n == "ce_id" else v) for n, v in GOOD.headers)
        ),
        "no id": replace(GOOD, headers=tuple(h for h in GOOD.headers if h[0] != "ce_id")),
        "unknown type": with_header("ce_type", b"need.danced.v1"),
        "wrong version": with_header("ce_type", b"need.published.v9"),
        "missing field": replace(GOOD, value=b"{}"),
        "over a megabyte": replace(GOOD, value=b"x" * 1_200_000),
        "another key": replace(GOOD, key=b"someone-else"),
        # Not on a compacted topic: Kafka itself refuses that.
        "no key": replace(encode(match_proposed()), key=b""),
        "tombstone of nothing": replace(GOOD, value=None, key=b"not-an-id"),
        "a reply address": replace(GOOD, value=b"?", headers=(("reply_to", b"evil"),)),
        "a header's name not UTF-8": replace(
            GOOD, headers=(*GOOD.headers, ("\udcff\udcc3(", b"x"))
        ),
    }


async def test_every_poisoned_message_is_kept_whole_and_the_next_good_one_passes(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    poison = poisoned()
    async with a_reader(database_dsn, bootstrap, tmp_path, Reader()) as host:
        await send(bootstrap, *poison.values(), GOOD)
        await settled(host, "select count(*) from effect", 1)
        await settled(host, "select count(*) from dead_letter", len(poison))
        kept = await host.pool.fetch("select value, reason from dead_letter")
        assert {row["value"] for row in kept} == {message.value for message in poison.values()}
        assert all(row["reason"] for row in kept)
        await eventually(lambda: handled(host, "dead") >= len(poison))
        told = await read(bootstrap, dead_letters_of(Service.NOTIFIER), len(poison))
        assert {record.value for record in told} == {
            None if message.too_large else message.value for message in poison.values()
        }
        assert handled(host, "dead") == len(poison)
        await settled(host, "select count(*) from outbox where published_at is null", 0)


async def test_names_of_headers_are_kept_as_they_came_also_from_a_compressed_batch(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    name = "\udcff\udcfe\x00\udcc3("
    strange = replace(GOOD, headers=(*GOOD.headers, (name, b"x"), ("odd", None)))
    async with a_reader(database_dsn, new_bootstrap, tmp_path, Reader()) as host:
        for compression in (None, "gzip"):
            await send_together(new_bootstrap, GOOD, strange, GOOD, compression=compression)
        await send(new_bootstrap, encode(a_need_published("next")))
        await settled(host, "select count(*) from effect", 2)
        letters = await host.pool.fetch("select * from dead_letter")
        assert [message_from_row(dict(row)) for row in letters] == [strange] * 2


async def test_nobody_is_answered_who_asks_for_it_in_a_header(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    asking = replace(GOOD, headers=(*GOOD.headers, ("reply_to", b"elsewhere")))
    async with a_reader(database_dsn, new_bootstrap, tmp_path, Reader()) as host:
        await send(new_bootstrap, asking)
        await settled(host, "select count(*) from effect", 1)
        await send(new_bootstrap, encode(a_need_published("next")))
        await settled(host, "select count(*) from effect", 2)
    async with named(new_bootstrap) as admin:
        assert "elsewhere" not in await admin.list_topics()


async def test_a_null_header_is_no_reason_to_stop(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    strange: Message = replace(
        encode(a_need_published("null")),
        headers=(*encode(a_need_published("null")).headers, ("odd", None)),
    )
    async with a_reader(database_dsn, bootstrap, tmp_path, Reader()) as host:
        await send(bootstrap, strange)
        await settled(
            host, f"select count(*) from effect where event_id = '{a_need_published('null').id}'", 1
        )


async def test_bytes_of_a_restricted_topic_never_reach_the_dead_letter_topic(
    database_dsn: str, tmp_path: Path, new_bootstrap: str
) -> None:
    contact = encode(
        ContactRecorded(
            id=an_id("contact"),
            occurred_at=A_MOMENT,
            party_id=an_id("party"),
            kind=PartyKind.ORGANISATION,
            person="CANARY Person",
            body_name="CANARY Body",
            email="canary@example.org",
            language="fr",
            verified=True,
        )
    )
    broken = replace(contact, value=(contact.value or b"") + b"}")
    async with a_reader(database_dsn, new_bootstrap, tmp_path, Reader()) as host:
        await send(new_bootstrap, broken)
        await settled(host, "select count(*) from dead_letter", 1)
        (told,) = await read(new_bootstrap, dead_letters_of(Service.NOTIFIER), 1)
    assert told.value is None
    assert b"CANARY" not in b"".join(value for _, value in told.headers)


async def test_an_event_delivered_many_times_has_one_effect(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    messages = [encode(a_need_published(name)) for name in "abc"]
    async with a_reader(database_dsn, new_bootstrap, tmp_path, Reader()) as host:
        await send(new_bootstrap, *messages, *messages)
        await send(new_bootstrap, *messages, encode(a_need_published("last")))
        await settled(host, "select count(*) from effect", 4)
        assert len(set(await effects(host))) == 4


async def test_one_failing_event_does_not_undo_its_neighbours(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    bad = a_need_published("bad")
    reader = Reader(failing={bad.id: [RejectedError("of no use")] * 9})
    async with a_reader(database_dsn, new_bootstrap, tmp_path, reader) as host:
        await send(
            new_bootstrap,
            *(encode(e) for e in (a_need_published("before"), bad, a_need_published("after"))),
        )
        await settled(host, "select count(*) from effect", 2)
        assert bad.id not in await effects(host)
        assert await host.pool.fetchval("select reason from dead_letter") == "of no use"


async def test_a_bug_is_tried_five_times_and_then_set_aside(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    bad = a_need_published("bug")
    reader = Reader(failing={bad.id: [ValueError("a value that may be personal")] * 20})
    async with a_reader(database_dsn, new_bootstrap, tmp_path, reader) as host:
        await send(new_bootstrap, encode(bad), encode(a_need_published("next")))
        await settled(host, "select count(*) from effect", 1)
        row = await host.pool.fetchrow("select reason, attempts from dead_letter")
    assert row is not None
    assert (row["reason"], row["attempts"]) == ("ValueError", 5)


async def test_a_value_that_the_database_cannot_take_is_a_bug_and_holds_nobody_up(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    bad = a_need_published("unstorable")

    async def apply(event: Event | Tombstone, connection: Connection) -> None:
        value = "not an id" if event.id == bad.id else event.id
        await connection.execute("insert into effect (event_id) values ($1)", value)

    (tmp_path / "0001_effect.sql").write_text("create table effect (event_id uuid)")
    async with a_host(database_dsn, new_bootstrap, tmp_path, Service.NOTIFIER) as host:
        async with at_work(host, Parts(apply=apply)):
            await send(new_bootstrap, encode(bad), encode(a_need_published("next")))
            await settled(host, "select count(*) from effect", 1)
            await settled(host, "select count(*) from dead_letter", 1)


async def test_what_is_down_is_waited_for_and_nothing_is_dead(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    late = a_need_published("late")
    reader = Reader(failing={late.id: [UnavailableError("down")] * 3})
    async with a_reader(database_dsn, new_bootstrap, tmp_path, reader) as host:
        await send(new_bootstrap, encode(late))
        await settled(host, "select count(*) from effect", 1)
        assert await host.pool.fetchval("select count(*) from dead_letter") == 0


async def test_an_event_that_came_too_early_is_applied_when_what_it_names_arrives(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    early, awaited = a_need_published("early"), a_need_published("awaited")

    async def apply(event: Event | Tombstone, connection: Connection) -> None:
        known = await connection.fetchval("select true from effect where event_id = $1", awaited.id)
        if isinstance(event, NeedPublished) and event.id == early.id and not known:
            raise UnknownYetError(awaited.key)
        await connection.execute("insert into effect (event_id) values ($1)", event.id)

    (tmp_path / "0001_effect.sql").write_text("create table effect (event_id uuid)")
    async with a_host(database_dsn, new_bootstrap, tmp_path, Service.NOTIFIER) as host:
        async with at_work(host, Parts(apply=apply)):
            await send(new_bootstrap, encode(early))
            await settled(host, "select count(*) from parked", 1)
            await send(new_bootstrap, encode(awaited), encode(early))
            await settled(host, "select count(*) from effect", 2)
            assert await effects(host) == [awaited.id, early.id]
            await settled(host, "select count(*) from parked", 0)
            await settled(host, "select count(*) from dead_letter", 0)


async def test_an_erasure_is_heard(database_dsn: str, new_bootstrap: str, tmp_path: Path) -> None:
    gone = Tombstone(
        topic=NEEDS.name, key=str(an_id("gone")), id=an_id("erased"), occurred_at=A_MOMENT
    )
    async with a_reader(database_dsn, new_bootstrap, tmp_path, Reader()) as host:
        await send(new_bootstrap, encode(gone))
        await settled(host, "select count(*) from effect", 1)
        assert await effects(host) == [gone.id]
        assert await host.pool.fetchval("select count(*) from dead_letter") == 0
