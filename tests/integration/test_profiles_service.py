"""Profiles as a process: it serves, publishes, hears, loads samples beside itself, and stops."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.embedded.ports import free_ports
from deploy.embedded.processes import says_yes, until
from services.profiles.app import parts
from services.profiles.settings import Settings
from shared.contracts.introductions import ProposalSent, Side
from shared.contracts.needs import NeedPublished
from shared.contracts.topics import CAPABILITIES, CONTACTS, NEEDS, Service
from shared.contracts.wire import decode, encode
from shared.runtime.clock import utc_now
from shared.runtime.host import open_host
from shared.runtime.kafka import received
from shared.runtime.settings import KafkaProfile
from shared.runtime.supervision import running
from tests.integration.runtime_parts import read, send
from tests.support.fakes_profiles import an_id
from tests.support.fakes_profiles_site import KEY, Site, open_site

pytestmark = pytest.mark.timeout(90)


@dataclass
class Running:
    """A profiles process, and how its commands are run beside it."""

    environment: dict[str, str]
    process: Process
    log: Path
    url: str

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the service; its code and what it said."""
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.profiles", *arguments),
            env=self.environment,
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        _, said = await command.communicate()
        assert command.returncode is not None
        return command.returncode, said.decode()


@asynccontextmanager
async def a_process(dsn: str, bootstrap: str, folder: Path) -> AsyncGenerator[Running]:
    (port,) = free_ports(1)
    environment = {
        **os.environ,
        "PASSERELLE_DATABASE_URL": dsn,
        "PASSERELLE_KAFKA_BOOTSTRAP": bootstrap,
        "PASSERELLE_KAFKA_PROFILE": "embedded",
        "PASSERELLE_LINK_KEYS": KEY,
        "PASSERELLE_HTTP_PORT": str(port),
    }
    log = folder / "profiles.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.profiles"), env=environment, stdout=output
        )
    try:
        assert await until(lambda: says_yes(port, "/readyz"), within_s=30), log.read_text()
        yield Running(environment, process, log, f"http://127.0.0.1:{port}")
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 20)


async def test_a_need_travels_from_the_form_to_the_log_and_back_to_the_page(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with (
        a_process(database_dsn, bootstrap, tmp_path) as running_,
        httpx.AsyncClient(base_url=running_.url) as http,
        open_site(database_dsn) as site,
    ):
        outside = Site(http, site.pool, site.clock, site.links, site.parts, site.host)
        site.clock.now = utc_now()
        need_id, party_id = await outside.confirmed_need()
        (record,) = await read(bootstrap, NEEDS.name, 1)
        published = decode(received(record))
        assert isinstance(published, NeedPublished)
        assert published.need_id == need_id
        sent = ProposalSent(
            id=an_id("sent"),
            occurred_at=utc_now(),
            proposal_id=an_id("proposal"),
            need_id=need_id,
            capability_id=an_id("capability"),
            researcher_id=an_id("researcher"),
            side=Side.RESEARCH,
        )
        await send(bootstrap, encode(sent))
        page = outside.mine(party_id)

        async def says_one_was_asked() -> bool:
            return "1 équipe sollicitée" in (await http.get(page)).text

        assert await until(says_one_was_asked, within_s=20)
        running_.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running_.process.wait(), 20) == 0
    log = running_.log.read_text()
    assert log
    assert "Le Goff" not in log
    assert page.removeprefix("/mine/") not in log


async def test_samples_are_loaded_once_beside_the_running_service(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    lines = [{"id": f"cap-{n}", "title": f"Eau {n}", "name": f"Unité {n}"} for n in range(3)]
    file = tmp_path / "capabilities.jsonl"
    file.write_text("\n".join([*map(json.dumps, lines), "{"]), "utf-8")
    async with a_process(database_dsn, bootstrap, tmp_path) as running_:
        code, said = await running_.command("load-samples", str(file))
        assert code == 1
        assert "line 4 is left out" in said
        assert "3 capabilities loaded, 0 known before, 1 bad lines" in said
        _, said = await running_.command("load-samples", str(file))
        assert "0 capabilities loaded, 3 known before" in said
        records = await read(bootstrap, CAPABILITIES.name, 3)
        assert {json.loads(record.value)["title"] for record in records} == {
            line["title"] for line in lines
        }
        contacts = [decode(received(one)) for one in await read(bootstrap, CONTACTS.name, 3)]
        assert len({contact.key for contact in contacts}) >= 3


async def test_tables_and_topics_can_be_prepared_before(
    database_dsn: str, bootstrap: str, tmp_path: Path
) -> None:
    async with a_process(database_dsn, bootstrap, tmp_path) as running_:
        for _ in range(2):
            code, _ = await running_.command("prepare")
            assert code == 0


async def test_what_nobody_confirms_is_erased_by_itself(database_dsn: str, bootstrap: str) -> None:
    settings = Settings(
        database_url=database_dsn,
        kafka_bootstrap=bootstrap,
        kafka_profile=KafkaProfile.EMBEDDED,
        link_keys=(KEY,),
    )
    async with open_site(database_dsn) as site:
        await site.a_need()
        site.clock.pass_by(hours=49)
        async with open_host(Service.PROFILES, settings, site.host.migrations) as host:
            host.clock = site.clock
            async with running(host, parts(host, settings)):

                async def is_erased() -> bool:
                    return "Vilaine" not in await site.everything()

                assert await until(is_erased, within_s=30)
