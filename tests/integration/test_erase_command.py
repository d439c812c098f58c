"""An operator erases someone who wrote a letter: by address or id, rehearsed, written down."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from services.profiles.adapters.postgres import writing
from services.profiles.application.erase import Erase
from services.profiles.commands import EraseParties, parse
from tests.support.fakes_profiles import NEED_FORM, CountingTally
from tests.support.fakes_profiles_site import Site, open_site

ORDER = ["--who", "Ana", "--why", "asked by letter"]


@dataclass
class Operator:
    """A terminal beside the site."""

    site: Site
    said: list[str]

    async def run(self, *arguments: str) -> bool:
        begin = writing(self.site.pool, lambda: None)
        erase = Erase(begin, self.site.clock, CountingTally())
        command = EraseParties(self.site.pool, begin, erase, self.said.append)
        return await command(parse(["erase", *arguments, *ORDER]))


@pytest.fixture
async def operator(database_dsn: str) -> AsyncGenerator[Operator]:
    async with open_site(database_dsn) as site:
        yield Operator(site, [])


async def test_an_address_is_enough_in_any_case(operator: Operator) -> None:
    await operator.site.confirmed_need()
    email = str(NEED_FORM["email"])
    assert await operator.run("--email", f" {email.upper()} ")
    assert "1 needs, 0 offers erased" in operator.said[0]
    assert str(NEED_FORM["title"]) not in await operator.site.everything()
    action = await operator.site.pool.fetchrow("select * from operator_action")
    assert action is not None
    assert (action["who"], action["why"], action["what"]) == ("Ana", "asked by letter", "erase")
    assert email.casefold() not in str(action).casefold()


async def test_a_rehearsal_changes_nothing(operator: Operator) -> None:
    _, party_id = await operator.site.confirmed_need()
    assert await operator.run("--party", str(party_id), "--dry-run")
    assert operator.said == [f"organisation {party_id} would be erased"]
    assert str(NEED_FORM["title"]) in await operator.site.everything()
    assert await operator.site.pool.fetchval("select count(*) from operator_action") == 0


async def test_nobody_by_that_name_is_said(operator: Operator) -> None:
    assert not await operator.run("--email", "nobody@example.org")
    assert not await operator.run("--party", "00000000-0000-4000-8000-000000000001")
    assert operator.said == ["Nobody is known by that; nothing was erased."] * 2
