"""Operators' commands as processes, as they are typed, on real tables and topics."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, replace

import asyncpg
import pytest

from deploy.embedded.ports import free_ports
from shared.contracts.topics import CONTACTS, Service, read_by
from shared.contracts.wire import Message, encode
from shared.runtime.inbox import Inbox
from tests.integration.runtime_parts import send
from tests.support.builders_notifier import need_published, researcher_contact

pytestmark = pytest.mark.timeout(120)
NOTIFIER = {"PASSERELLE_LINK_KEYS": "k" * 32}
WHO = ("--who", "ada", "--why", "mended")


@dataclass
class Terminal:
    """Where a service's commands are typed."""

    service: Service
    dsn: str
    bootstrap: str

    async def type(self, *arguments: str) -> tuple[int, str, str]:
        environment = {
            **os.environ,
            **NOTIFIER,
            "PASSERELLE_DATABASE_URL": self.dsn,
            "PASSERELLE_KAFKA_BOOTSTRAP": self.bootstrap,
            "PASSERELLE_KAFKA_PROFILE": "embedded",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"services.{self.service}", *arguments),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def said(self, *arguments: str) -> str:
        code, out, err = await self.type(*arguments)
        assert code == 0, err
        return out


@pytest.fixture
async def notifier(database_dsn: str, bootstrap: str) -> Terminal:
    terminal = Terminal(Service.NOTIFIER, database_dsn, bootstrap)
    await terminal.said("prepare")
    return terminal


async def bury(dsn: str, message: Message, place: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            inbox = Inbox(connection, Service.NOTIFIER)  # type: ignore[arg-type]  # not of a pool
            await inbox.bury(place, message, reason="KeyError", attempts=5)
    finally:
        await connection.close()


async def ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.mark.parametrize("service", list(Service))
async def test_two_processes_prepare_at_once_and_a_third_again(
    service: Service, database_dsn: str, new_bootstrap: str
) -> None:
    terminal = Terminal(service, database_dsn, new_bootstrap)
    both = await asyncio.gather(terminal.type("prepare"), terminal.type("prepare"))
    assert [code for code, _, _ in both] == [0, 0], both
    applied = sorted(int(out.split()[0]) for _, out, _ in both)
    assert applied[0] == 0 < applied[1]
    assert (await terminal.said("prepare")).startswith("0 migrations applied")
    assert await ask(database_dsn, "select count(*) from migration") == applied[1]
    for topic in read_by(service):
        await send(new_bootstrap, Message(topic.name, b"k", (), b"v"))


async def test_an_operator_finds_reads_and_replays_a_letter(notifier: Terminal) -> None:
    await bury(notifier.dsn, encode(need_published(title="Le puits")), "passerelle.needs/0/1/0")
    await bury(
        notifier.dsn, replace(encode(need_published()), value=b"{"), "passerelle.needs/0/2/0"
    )
    listed = await notifier.said("dead-letters", "list")
    assert "2 letters." in listed
    assert "Le puits" not in listed
    assert "Le puits" in await notifier.said("dead-letters", "show", "1")
    first = ("--topic", "needs", "--id", "1")
    rehearsed = await notifier.said("dead-letters", "replay", *first, "--dry-run", *WHO)
    assert "1: applied" in rehearsed
    assert await ask(notifier.dsn, "select count(*) from need") == 0
    code, out, _ = await notifier.type("dead-letters", "replay", "--all", *WHO)
    assert code == 1  # something is left
    assert out.splitlines() == [
        "1: applied",
        "2: failed again (the value is not JSON)",
        "1 applied, 1 failed again; action 1",
    ]
    assert await ask(notifier.dsn, "select title from need") == "Le puits"
    told = await notifier.said("dead-letters", "list", "--status", "all", "--json")
    letters = [json.loads(line) for line in told.splitlines()]
    assert [(one["status"], one["attempts"], one["size"]) for one in letters] == [
        ("replayed", 5, 0),
        ("open", 6, 1),
    ]
    assert "discarded" in await notifier.said("dead-letters", "discard", "--id", "2", *WHO)
    assert "0 letters." in await notifier.said("dead-letters", "list")
    history = await notifier.said("dead-letters", "show", "2")
    assert history.index("failed again (the value is not JSON)") < history.index(": discarded")


async def test_personal_bytes_are_shown_only_to_who_says_why(notifier: Terminal) -> None:
    contact = encode(researcher_contact())
    await bury(notifier.dsn, contact, f"{CONTACTS.name}/0/1/0")
    personal = ("Krakatov", contact.key.decode())
    for form in ((), ("--json",)):
        shown = await notifier.said("dead-letters", "show", "1", *form)
        assert not any(word in shown for word in personal)
    code, out, err = await notifier.type("dead-letters", "show", "1", "--reveal")
    assert (code, out) == (2, "")
    assert "--who" in err
    assert await ask(notifier.dsn, "select count(*) from operator_action") == 0
    shown = await notifier.said("dead-letters", "show", "1", "--reveal", *WHO)
    assert all(word in shown for word in personal)
    assert await ask(notifier.dsn, "select what || ' ' || who from operator_action") == "reveal ada"


async def test_an_older_state_replayed_late_changes_nothing(notifier: Terminal) -> None:
    await bury(notifier.dsn, encode(need_published(version=1, title="Avant")), "needs/1")
    await bury(notifier.dsn, encode(need_published(version=3, title="Après")), "needs/2")
    for letter in ("2", "1"):
        said = await notifier.said("dead-letters", "replay", "--id", letter, "--json", *WHO)
        assert json.loads(said.splitlines()[0])["outcome"] == "applied"
    assert await ask(notifier.dsn, "select title from need") == "Après"


async def test_what_cannot_be_done_is_said_in_a_sentence(notifier: Terminal) -> None:
    code, _, err = await notifier.type("dead-letters", "replay", *WHO)
    assert (code, err) == (2, "Say which letters, or --all.\n")
    code, _, err = await notifier.type("dead-letters", "show", "9")
    assert (code, err) == (1, "There is no letter 9.\n")
    (nowhere,) = free_ports(1)
    away = replace(notifier, bootstrap=f"127.0.0.1:{nowhere}")
    for command in ("rebuild", "prepare"):
        code, _, err = await away.type(command)
        assert code == 3
        assert err == "The database or the broker cannot be used now: KafkaConnectionError.\n"


async def test_before_the_tables_are_there_it_says_how_to_make_them(
    database_dsn: str, bootstrap: str
) -> None:
    terminal = Terminal(Service.PROFILES, database_dsn, bootstrap)
    code, _, err = await terminal.type("dead-letters", "list")
    assert (code, err) == (2, "The tables are not there: run `prepare` first.\n")
