"""The embedded PostgreSQL, as whoever runs the tests."""

import os
import stat
from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded.databases import create_service_database
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.processes import StartError


async def _ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest.fixture
async def own(tmp_path: Path) -> AsyncGenerator[EmbeddedPostgres]:
    """A server of the test's own, not started."""
    server = EmbeddedPostgres(tmp_path, free_ports(1)[0], durable=False)
    yield server
    await server.forget()


async def test_data_survive_a_stop_and_a_kill(own: EmbeddedPostgres) -> None:
    await own.start()
    dsn = await create_service_database(own.admin_dsn, "kept", "secret")
    await _ask(dsn, "CREATE TABLE kept (value int)")
    await own.stop()
    await own.start()
    await _ask(dsn, "INSERT INTO kept VALUES (7)")
    await own.kill()
    await own.start()
    assert await _ask(dsn, "SELECT value FROM kept") == 7


async def test_a_server_left_running_is_replaced(own: EmbeddedPostgres, tmp_path: Path) -> None:
    left = EmbeddedPostgres(tmp_path, free_ports(1)[0], durable=False)
    await left.start()
    await own.start()
    assert not left.is_running
    assert await _ask(own.admin_dsn, "SELECT 1") == 1


async def test_a_stale_trace_that_names_another_program_is_no_obstacle(
    own: EmbeddedPostgres,
) -> None:
    await own.start()
    await own.kill()
    trace = own.data / "postmaster.pid"
    trace.write_text("\n".join([str(os.getpid()), *trace.read_text().splitlines()[1:]]))
    await own.start()
    assert own.is_running


async def test_only_who_knows_the_password_may_enter(postgres: EmbeddedPostgres) -> None:
    wrong = postgres.admin_dsn.replace("//postgres:", "//postgres:not")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


async def test_a_service_cannot_enter_the_database_of_another(postgres: EmbeddedPostgres) -> None:
    mine = await create_service_database(postgres.admin_dsn, "mine", "secret")
    theirs = await create_service_database(postgres.admin_dsn, "theirs", "other")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(mine.removesuffix("mine") + "theirs")
    assert await _ask(theirs, "SELECT current_user") == "theirs"


async def test_creating_a_database_twice_keeps_it(postgres: EmbeddedPostgres) -> None:
    dsn = await create_service_database(postgres.admin_dsn, "twice", "one")
    await _ask(dsn, "CREATE TABLE kept ()")
    again = await create_service_database(postgres.admin_dsn, "twice", "two")
    assert await _ask(again, "SELECT to_regclass('kept') IS NOT NULL") is True


async def test_a_name_that_is_not_one_is_refused(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(ValueError, match="not a name"):
        await create_service_database(postgres.admin_dsn, "x; DROP", "secret")


async def test_a_new_database_knows_vectors(database_dsn: str) -> None:
    assert await _ask(database_dsn, "SELECT '[1,2]'::vector <-> '[1,4]'::vector") == 2


async def test_nobody_else_can_read_the_data(own: EmbeddedPostgres) -> None:
    await own.start()
    assert stat.S_IMODE(own.data.stat().st_mode) == 0o700
    password = own.data.with_name("superuser-password")
    assert stat.S_IMODE(password.stat().st_mode) == 0o600


async def test_a_port_in_use_is_an_error_that_says_so(
    postgres: EmbeddedPostgres, own: EmbeddedPostgres, tmp_path: Path
) -> None:
    taken = int(postgres.admin_dsn.rpartition(":")[2].partition("/")[0])
    with pytest.raises(StartError, match=r"did not start: .*could not create any TCP/IP"):
        await EmbeddedPostgres(tmp_path, taken, durable=False).start()


async def test_data_of_another_version_are_refused_in_one_sentence(own: EmbeddedPostgres) -> None:
    await own.start()
    await own.stop()
    (own.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(StartError, match="written by PostgreSQL 17"):
        await own.start()


async def test_an_interrupted_creation_is_started_over(own: EmbeddedPostgres) -> None:
    unfinished = own.data.with_name("data.new")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    await own.start()
    assert await _ask(own.admin_dsn, "SELECT 1") == 1
