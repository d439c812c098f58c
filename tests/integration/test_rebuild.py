"""A reader's copy comes back from the compacted topics, and nobody hears of it."""

import argparse
import io
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.mailbox import Mailbox
from deploy.embedded.processes import until
from services.matcher import app as matcher_app
from services.matcher.settings import MatcherSettings
from services.notifier import app as notifier_app
from services.profiles import app as profiles_app
from shared.contracts.event import Event, Tombstone
from shared.contracts.topics import CAPABILITIES, LETTERS, NEEDS, Service
from shared.contracts.wire import encode
from shared.runtime.host import Host, Parts, open_host
from shared.runtime.operating import Commands, Operated
from shared.runtime.operators import add_operators_commands
from shared.runtime.postgres import Connection
from shared.runtime.prepare import provision
from shared.runtime.rebuild import Progress, Rebuilder, rebuild
from shared.runtime.settings import KafkaProfile, ServiceSettings
from shared.runtime.supervision import running
from tests.integration.runtime_parts import a_host, at_work, eventually, send
from tests.integration.runtime_parts import settings_for as runtime_settings
from tests.integration.test_matcher_service import matching
from tests.support import builders_matching as matcher_events
from tests.support import builders_notifier as events
from tests.support.builders_events import A_MOMENT, a_need_published, an_id
from tests.support.fakes_notifier import settings_for

pytestmark = pytest.mark.timeout(90)
COMPUTED = ["marked", "settled", "marked_at", "tried_at", "look_again_at"]

PUBLISHED = "select count(*) = 0 from outbox where published_at is null"


async def command(
    operated: Operated, settings: ServiceSettings, *arguments: str
) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    add_operators_commands(parser.add_subparsers(required=True))
    out = io.StringIO()
    asked = Commands(parser.parse_args(arguments), operated, settings, out, io.StringIO())
    return await asked.run(), out.getvalue()


async def rows(host: Host, table: str) -> list[dict[str, Any]]:
    found = [dict(row) for row in await host.pool.fetch(f"select * from {table} order by 1")]
    return [{k: v for k, v in row.items() if k not in COMPUTED} for row in found]


async def holds(host: Host, query: str) -> None:
    async def asked() -> bool:
        return bool(await host.pool.fetchval(query))

    assert await until(asked, within_s=30), query


@dataclass
class Applied:
    """What was applied, in order."""

    keys: list[tuple[str, int | None]] = field(default_factory=list)

    async def __call__(self, event: Event | Tombstone, _: Connection) -> None:
        version = event.version if isinstance(event, Event) else None
        self.keys.append((event.key, version))


@asynccontextmanager
async def a_rebuilder(
    dsn: str, bootstrap: str, folder: Path
) -> AsyncGenerator[tuple[Rebuilder, Applied, Host], None]:
    async with a_host(dsn, bootstrap, folder, Service.NOTIFIER) as host:
        applied = Applied()
        yield (
            Rebuilder(
                host.service, host.pool, applied, host.metrics, host.failpoint, host.progress()
            ),
            applied,
            host,
        )


async def test_only_the_newest_of_each_key_is_applied_whatever_came_last(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    old, new = a_need_published("a"), a_need_published("a", version=3)
    gone = Tombstone(
        topic=NEEDS.name, key=a_need_published("b").key, id=an_id("gone"), occurred_at=A_MOMENT
    )
    poison = replace(encode(a_need_published("c", version=2)), value=b"{")
    async with a_rebuilder(database_dsn, new_bootstrap, tmp_path) as (rebuilder, applied, host):
        await send(
            new_bootstrap,
            *(encode(e) for e in (old, new, old, a_need_published("b"), gone)),
            encode(a_need_published("c")),
            poison,
        )
        told: list[Progress] = []
        for _ in range(2):  # the inbox knows them all the second time
            done = await rebuild(NEEDS, new_bootstrap, rebuilder, told.append)
            assert done == told[-1] == Progress(NEEDS.name, 7, keys=3, applied=3, unreadable=1)
            assert sorted(applied.keys, key=str) == sorted(
                [(old.key, 3), (gone.key, None), (a_need_published("c").key, 1)], key=str
            )
            applied.keys.clear()
        assert await host.pool.fetchval("select count(*) from dead_letter") == 0


async def test_what_is_not_compacted_is_refused_by_the_inbox_even_then(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    async with a_rebuilder(database_dsn, new_bootstrap, tmp_path) as (rebuilder, applied, _):
        await send(new_bootstrap, encode(events.letter("magic_link")))
        for _turn in range(2):
            await rebuild(LETTERS, new_bootstrap, rebuilder, lambda _: None)
        assert len(applied.keys) == 1


async def test_an_empty_topic_is_rebuilt_at_once(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    async with a_rebuilder(database_dsn, new_bootstrap, tmp_path) as (rebuilder, applied, _):
        done = await rebuild(CAPABILITIES, new_bootstrap, rebuilder, lambda _: None)
        assert done == Progress(CAPABILITIES.name, 0, 0, 0, 0)
        assert not applied.keys


async def test_outside_a_rebuild_the_inbox_still_refuses_what_was_heard(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    async with a_rebuilder(database_dsn, new_bootstrap, tmp_path) as (rebuilder, applied, host):
        heard: list[Event | Tombstone] = []

        async def apply(event: Event | Tombstone, _: Connection) -> None:
            heard.append(event)

        async with at_work(host, Parts(apply=apply)):
            await send(new_bootstrap, encode(a_need_published("a")))
            await eventually(lambda: len(heard) == 1)
            await rebuild(NEEDS, new_bootstrap, rebuilder, lambda _: None)
            await send(new_bootstrap, encode(a_need_published("a")), encode(a_need_published("b")))
            await eventually(lambda: len(heard) == 2)
        assert len(applied.keys) == 1
        assert [event.key for event in heard] == [a_need_published(n).key for n in "ab"]


async def test_the_notifier_gets_its_world_back_and_sends_nothing(
    database_dsn: str, new_bootstrap: str, mailbox: Mailbox
) -> None:
    settings = settings_for(
        database_dsn, mailbox, kafka_bootstrap=new_bootstrap, kafka_profile="embedded"
    )
    operated = replace(notifier_app.operated(), build=lambda: notifier_app.notifier(settings))
    for service in Service:
        await provision(new_bootstrap, service)
    world = [*events.the_world("ada", "bob"), events.letter("magic_link"), events.match_proposed()]
    world += [events.capability_published("bob", version=2, title="Autre")]
    async with open_host(Service.NOTIFIER, settings, notifier_app.MIGRATIONS) as host:
        async with running(host, notifier_app.notifier(settings)(host)):
            await eventually(lambda: host.health.ready)
            await send(new_bootstrap, *map(encode, world))
            accepted = "select count(*) = 2 from delivery where state = 'accepted'"
            await holds(host, accepted)
            await holds(host, "select count(*) = 1 from capability where version = 2")
            await holds(host, PUBLISHED)
            tables = ("party", "need", "capability", "proposal", "delivery", "outbox")
            before = {table: await rows(host, table) for table in tables}
            # What proposals name cannot be deleted; the rest is.
            await host.pool.execute("update need set version = -1, title = '', themes = '{}'")
            await host.pool.execute("delete from capability where version = 2")
            await host.pool.execute("update party set version = -1, email = '', verified = false")
            await host.pool.execute(
                "delete from party where id not in (select researcher_id from proposal union"
                " select organisation_id from proposal)"
            )
            code, said = await command(operated, settings, "rebuild")
            assert code == 0
            assert "passerelle.contacts: 3 read, 3 of 3 keys applied" in said
            assert "passerelle.capabilities: 3 read, 2 of 2 keys applied" in said
            assert {table: await rows(host, table) for table in tables} == before
            await send(new_bootstrap, encode(events.letter("magic_link", number=2)))
            await holds(host, accepted.replace("2", "3"))  # whatever was due has gone by now
    assert len(mailbox.completed) == 3


async def test_the_matcher_gets_its_facts_back_and_proposes_nothing(
    database_dsn: str, new_bootstrap: str
) -> None:
    settings = MatcherSettings(
        database_url=database_dsn,
        kafka_bootstrap=new_bootstrap,
        kafka_profile=KafkaProfile.EMBEDDED,
    )
    build = matcher_app.building(settings, matching())
    operated = replace(matcher_app.operated(), build=lambda: build)
    for service in Service:
        await provision(new_bootstrap, service)
    told = [matcher_events.capability_published(name) for name in ("ada", "bob", "cleo", "dan")]
    closed = [matcher_events.need_published("old"), matcher_events.need_closed("old")]
    async with open_host(Service.MATCHER, settings, matcher_app.MIGRATIONS) as host:
        async with running(host, build(host)):
            await eventually(lambda: host.health.ready)
            await send(new_bootstrap, *map(encode, [*closed, *told]))
            await holds(host, "select count(*) = 4 from capability_representation")
            await send(new_bootstrap, encode(matcher_events.need_published()))
            await holds(host, "select count(*) = 3 from proposal")
            settled = "select bool_and(marked = settled or not is_open) and count(*) = 2 from need"
            await holds(host, settled)
            await holds(host, PUBLISHED)
            tables = ("need", "capability", "proposal", "outbox", "capability_representation")
            before = {table: await rows(host, table) for table in tables}
            await host.pool.execute("delete from need")
            await host.pool.execute("delete from capability")
            code, said = await command(operated, settings, "rebuild", "--json")
            assert code == 0
            assert [json.loads(line)["applied"] for line in said.splitlines()] == [2, 4]
            await holds(host, "select count(*) = 4 from capability_representation")
            await holds(host, settled)
            assert {t: unordered(await rows(host, t)) for t in tables} == {
                t: unordered(before[t]) for t in tables
            }


def unordered(found: list[dict[str, Any]]) -> list[str]:
    return sorted(map(str, found))


async def test_one_topic_can_be_chosen_and_only_one_that_is_compacted(
    database_dsn: str, new_bootstrap: str, tmp_path: Path
) -> None:
    settings = runtime_settings(database_dsn, new_bootstrap)

    async def apply(event: Event | Tombstone, _: Connection) -> None: ...

    operated = Operated(Service.NOTIFIER, tmp_path, lambda: lambda _: Parts(apply=apply))
    await command(operated, settings, "prepare")
    code, said = await command(operated, settings, "rebuild", "--topic", "needs")
    assert (code, said.count("\n")) == (0, 1)
    assert await command(operated, settings, "rebuild", "--topic", "letters") == (2, "")


async def test_profiles_says_that_it_has_nothing_to_rebuild(database_dsn: str) -> None:
    settings = runtime_settings(database_dsn, "127.0.0.1:1")
    code, said = await command(profiles_app.operated(), settings, "rebuild")
    assert (code, said) == (0, "profiles reads no compacted topic: nothing to rebuild.\n")
