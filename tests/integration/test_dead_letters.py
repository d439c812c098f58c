"""Dead letters are dealt with by this service alone, once, and never without saying who and why."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.delivery import RejectedError, UnknownYetError
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import NEEDS, Service
from shared.contracts.wire import Message, encode
from shared.runtime.consumer import Apply
from shared.runtime.dead_letters import DeadLetters, Filters
from shared.runtime.host import Host, Parts
from shared.runtime.inbox import Inbox
from shared.runtime.outbox import PostgresOutbox
from shared.runtime.postgres import Connection
from shared.runtime.replaying import Action, Dealt, Order, Replayer, begin
from tests.integration.runtime_parts import a_host, at_work, eventually, read, send
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(60)
ORDER = Order("ada", "mended", "replay", {"topic": "needs"})


@dataclass
class Work:
    """Writes a row for each event, after refusing it as often as it is told to."""

    failing: dict[UUID, list[Exception]] = field(default_factory=dict)
    pause_s: float = 0

    async def __call__(self, event: Event | Tombstone, connection: Connection) -> None:
        await connection.execute("insert into effect (event_id) values ($1)", event.id)
        await asyncio.sleep(self.pause_s)
        if self.failing.get(event.id):
            raise self.failing[event.id].pop(0)


@dataclass
class Desk:
    """A service's database, and an operator before it."""

    host: Host
    work: Work
    apply: Apply | None = None

    def replayer(self) -> Replayer:
        host, apply = self.host, self.apply or self.work
        return Replayer(
            host.service, host.pool, apply, host.metrics, host.failpoint, host.progress()
        )

    async def bury(self, *events: Event, place: str = "passerelle.needs/0/{}/0") -> list[int]:
        for number, event in enumerate(events):
            await self.bury_message(encode(event), place.format(f"{number}-{event.id}"))
        return await self.open()

    async def bury_message(self, message: Message, place: str) -> None:
        async with self.host.pool.acquire() as connection, connection.transaction():
            inbox = Inbox(connection, self.host.service)
            await inbox.bury(place, message, reason="a bug", attempts=5)

    async def open(self) -> list[int]:
        async with self.host.pool.acquire() as connection:
            return [letter.id for letter in await DeadLetters(connection).find(Filters())]

    async def deal(
        self, ids: Sequence[int], *, discard: bool = False, rehearse: bool = False
    ) -> list[Dealt]:
        action = Action(None) if rehearse else await begin(self.host.pool, ORDER)
        return [one async for one in self.replayer().deal(ids, action, discard=discard)]

    async def ask(self, query: str) -> object:
        return await self.host.pool.fetchval(query)

    async def effects(self) -> int:
        return int(str(await self.ask("select count(*) from effect")))


@asynccontextmanager
async def a_desk(dsn: str, bootstrap: str, folder: Path) -> AsyncGenerator[Desk, None]:
    (folder / "0001_effect.sql").write_text("create table effect (event_id uuid)")
    async with a_host(dsn, bootstrap, folder, Service.NOTIFIER) as host:
        yield Desk(host, Work())


@pytest.fixture
async def desk(database_dsn: str, bootstrap: str, tmp_path: Path) -> AsyncGenerator[Desk, None]:
    async with a_desk(database_dsn, bootstrap, tmp_path) as opened:
        yield opened


async def test_a_letter_is_replayed_once_and_what_it_held_is_gone(desk: Desk) -> None:
    event = a_need_published()
    (letter_id,) = await desk.bury(event)
    assert await desk.deal([letter_id]) == [Dealt(letter_id, "applied")]
    assert await desk.deal([letter_id]) == [Dealt(letter_id, "busy")]
    assert await desk.effects() == 1
    row = await desk.host.pool.fetchrow("select * from dead_letter")
    assert row is not None
    assert (row["status"], row["key"], row["value"]) == ("replayed", None, None)
    assert str(event.id) in row["headers"]
    assert "ce_subject" not in row["headers"]
    assert await desk.ask("select count(*) from inbox") == 1


async def test_what_fails_again_stays_open_with_its_newest_reason(desk: Desk) -> None:
    refused, broken, good = (a_need_published(name) for name in "abc")
    desk.work.failing = {
        refused.id: [RejectedError("of no use")],
        broken.id: [ValueError("may be personal")],
    }
    first, second, third = await desk.bury(refused, broken, good)
    assert await desk.deal([first, second, third]) == [
        Dealt(first, "dead", "of no use"),
        Dealt(second, "dead", "ValueError"),
        Dealt(third, "applied"),
    ]
    assert await desk.open() == [first, second]
    rows = await desk.host.pool.fetch("select attempts, reason from dead_letter order by id")
    assert [tuple(row) for row in rows[:2]] == [(6, "of no use"), (6, "ValueError")]
    assert await desk.effects() == 1
    assert [one.outcome for one in await desk.deal(await desk.open())] == ["applied"] * 2
    assert await desk.open() == []


async def test_a_value_that_the_database_cannot_take_is_no_outage_to_a_replay_either(
    desk: Desk,
) -> None:
    class UnstorableError(asyncpg.InterfaceError, ValueError):
        """What the driver raises for such a value: an error of its interface, and of a value."""

    broken = a_need_published("unstorable")
    desk.work.failing = {broken.id: [UnstorableError("may be personal")]}
    (letter_id,) = await desk.bury(broken)
    assert await desk.deal([letter_id]) == [Dealt(letter_id, "dead", "UnstorableError")]


async def test_who_why_when_and_what_became_of_each_are_kept(desk: Desk) -> None:
    bad = a_need_published("bad")
    desk.work.failing = {bad.id: [RejectedError("no")]}
    ids = await desk.bury(a_need_published(), bad)
    await desk.deal(ids)
    row = await desk.host.pool.fetchrow("select * from operator_action")
    assert row is not None
    assert (row["who"], row["why"], row["what"]) == ("ada", "mended", "replay")
    assert json.loads(row["counts"]) == {"applied": 1, "dead": 1}
    assert json.loads(row["asked"]) == {"topic": "needs"}
    async with desk.host.pool.acquire() as connection:
        (deed,) = await DeadLetters(connection).history(ids[1])
    assert (deed.who, deed.outcome, deed.reason) == ("ada", "dead", "no")


@pytest.mark.parametrize("place", ["passerelle.needs/0/{}/0", "parked/{}"])
async def test_two_operators_at_once_never_apply_twice(desk: Desk, place: str) -> None:
    ids = await desk.bury(*(a_need_published(str(n)) for n in range(12)), place=place)
    desk.work.pause_s = 0.02
    dealt = await asyncio.gather(desk.deal(ids), desk.deal(ids), desk.deal(ids[::-1]))
    assert await desk.effects() == 12
    assert sorted(one.outcome for some in dealt for one in some) == ["applied"] * 12 + ["busy"] * 24


async def test_a_rehearsal_says_what_would_be_and_changes_nothing(desk: Desk) -> None:
    bad = a_need_published("bad")
    desk.work.failing = {bad.id: [RejectedError("no")] * 2}
    ids = await desk.bury(a_need_published(), bad)
    for discard, outcomes in ((False, ["applied", "dead"]), (True, ["discarded"] * 2)):
        dealt = await desk.deal(ids, discard=discard, rehearse=True)
        assert [one.outcome for one in dealt] == outcomes
    assert await desk.open() == ids
    assert await desk.effects() == 0
    assert await desk.ask("select sum(attempts) from dead_letter") == 10
    for table in ("operator_action", "operator_action_letter", "inbox"):
        assert await desk.ask(f"select count(*) from {table}") == 0


async def test_a_discarded_letter_holds_nothing_and_is_never_applied(desk: Desk) -> None:
    ids = await desk.bury(a_need_published())
    assert await desk.deal(ids, discard=True) == [Dealt(ids[0], "discarded")]
    assert await desk.deal(ids) == [Dealt(ids[0], "busy")]
    assert await desk.effects() == 0
    assert await desk.ask("select value is null and key is null from dead_letter")


async def test_what_was_heard_otherwise_meanwhile_is_not_applied_again(desk: Desk) -> None:
    event = a_need_published()
    ids = await desk.bury(event)
    await desk.host.pool.execute("insert into inbox (event_id) values ($1)", event.id)
    assert await desk.deal(ids) == [Dealt(ids[0], "duplicate")]
    assert await desk.effects() == 0


async def test_what_died_after_waiting_is_applied_though_the_inbox_knows_it(desk: Desk) -> None:
    event = a_need_published()
    ids = await desk.bury(event, place="parked/{}")
    await desk.host.pool.execute("insert into inbox (event_id) values ($1)", event.id)
    assert await desk.deal(ids) == [Dealt(ids[0], "applied")]
    assert await desk.effects() == 1


async def test_a_letter_that_comes_too_early_waits_as_any_event_does(desk: Desk) -> None:
    early, awaited = a_need_published("early"), a_need_published("awaited")
    place = f"parked/{early.id}"
    await desk.bury_message(encode(early), place)
    desk.work.failing = {early.id: [UnknownYetError(awaited.key), RejectedError("still no use")]}
    (letter_id,) = await desk.open()
    assert await desk.deal([letter_id]) == [Dealt(letter_id, "parked")]
    assert await desk.open() == []
    # What it waited for arrives; it fails once more, and must not be lost for that.
    await desk.bury_message(encode(awaited), "passerelle.needs/0/9/0")
    (other,) = await desk.open()
    await desk.deal([other])
    assert await desk.open() == [letter_id]
    kept = await desk.host.pool.fetchrow("select * from dead_letter where id = $1", letter_id)
    assert kept is not None
    assert (kept["reason"], kept["attempts"]) == ("still no use", 6)
    assert kept["value"] == encode(early).value
    assert await desk.deal([letter_id]) == [Dealt(letter_id, "applied")]


async def test_letters_are_found_by_what_is_asked_for(desk: Desk) -> None:
    good = encode(a_need_published("good"))
    poison = replace(good, headers=(("ce_type", b"\xff\xfe"), ("x", None), ("y", b"\x00")))
    await desk.bury_message(good, "one")
    await desk.bury_message(poison, "two")
    await desk.host.pool.execute(
        "update dead_letter set reason = 'The value is not JSON' where place = 'two'"
    )
    first, second = await desk.open()
    async with desk.host.pool.acquire() as connection:
        letters = DeadLetters(connection)

        async def found(wanted: Filters) -> list[int]:
            return [letter.id for letter in await letters.find(wanted)]

        seen = (await letters.find(Filters(ids=(second,))))[0].first_seen
        assert await found(Filters(kind="need.published.v1")) == [first]
        assert await found(Filters(reason="not json")) == [second]
        assert await found(Filters(reason="%")) == []
        assert await found(Filters(topic="needs")) == [first, second]
        assert await found(Filters(topic=NEEDS.name, ids=(first,))) == [first]
        assert await found(Filters(topic="contacts")) == []
        assert await found(Filters(since=seen)) == [second]
        assert await found(Filters(until=seen)) == [first]
        assert await found(Filters(status="replayed")) == []
        assert await found(Filters(status=None)) == [first, second]


async def test_replay_beside_the_running_service_reaches_its_work_and_its_outbox_only(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    bad, told = a_need_published("bad"), a_need_published("told")
    failures = [RejectedError("not yet")] * 2  # in its batch, then alone

    async def work(event: Event | Tombstone, connection: Connection) -> None:
        if event.id == bad.id:
            await PostgresOutbox(connection).put(told)
            if failures:
                raise failures.pop()
        await connection.execute("insert into effect (event_id) values ($1)", event.id)

    async with a_desk(database_dsn, new_bootstrap, tmp_path) as desk:
        desk.apply = work
        async with at_work(desk.host, Parts(apply=work)):
            await send(new_bootstrap, encode(bad))
            metrics = desk.host.metrics.registry
            gauge = "passerelle_notifier_dead_letters_open_rows"
            await eventually(lambda: metrics.get_sample_value(gauge) == 1)
            (letter_id,) = await desk.open()
            assert await desk.deal([letter_id]) == [Dealt(letter_id, "applied")]
            records = await read(new_bootstrap, NEEDS.name, 2)
            ids = [dict(record.headers)["ce_id"].decode() for record in records]
            assert sorted(ids) == sorted([str(bad.id), str(told.id)])  # `bad` went out once
            await eventually(lambda: metrics.get_sample_value(gauge) == 0)
