"""Confirmation links over HTTP: looking changes nothing, the button publishes once."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from shared.contracts.contacts import ContactRecorded
from shared.contracts.letters import LetterKind, LetterRequested
from shared.contracts.needs import NeedPublished
from tests.support.fakes_profiles_site import Site, open_site


@pytest.fixture
async def site(database_dsn: str) -> AsyncGenerator[Site]:
    async with open_site(database_dsn) as opened:
        yield opened


async def kinds(site: Site) -> list[str]:
    return [type(event).__name__ for event in await site.told()]


async def test_looking_at_a_confirmation_changes_nothing(site: Site) -> None:
    need_id, party_id = await site.a_need()
    before = await site.everything()
    address = site.confirm(party_id, need=need_id)
    assert (await site.http.head(address)).status_code == 200
    page = await site.http.get(address)
    assert page.status_code == 200
    assert "Notre rivière sent mauvais" in page.text
    assert "Confirmer et publier" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert await site.everything() == before


async def test_confirming_publishes_exactly_once(site: Site) -> None:
    need_id, party_id = await site.a_need(description="Les amis de la Vilaine, 06 12 34 56 78.")
    address = site.confirm(party_id, need=need_id)
    answers = await asyncio.gather(*(site.http.post(address) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    told = await site.told()
    (published,) = [event for event in told if isinstance(event, NeedPublished)]
    assert published.need_id == need_id
    assert published.description == "[nom masqué], [téléphone masqué]."
    verified = [event.verified for event in told if isinstance(event, ContactRecorded)]
    assert verified == [False, True]
    page = await site.http.get(answers[0].headers["location"])
    assert "C’est confirmé, merci." in page.text
    again = await site.http.get(address)
    assert "déjà confirmé" in again.text


async def test_a_need_under_review_waits(database_dsn: str) -> None:
    async with open_site(database_dsn, review="manual") as site:
        _, party_id = await site.confirmed_need()
        assert "NeedPublished" not in await kinds(site)
        page = await site.http.get(site.mine(party_id))
        assert "En relecture" in page.text


async def test_an_old_link_leads_to_a_new_one(site: Site) -> None:
    need_id, party_id = await site.a_need()
    old = site.confirm(party_id, need=need_id)
    site.clock.pass_by(days=31)
    assert (await site.http.post(old)).status_code == 410
    page = await site.http.get(old)
    assert page.status_code == 410
    assert f"{old}/again" in page.text
    assert (await site.http.post(f"{old}/again")).status_code == 200
    letters = [event for event in await site.told() if isinstance(event, LetterRequested)]
    assert [letter.kind for letter in letters] == [LetterKind.CONFIRM_ADDRESS] * 2


async def test_a_link_to_something_erased_says_so(site: Site) -> None:
    need_id, party_id = await site.a_need()
    link = site.confirm(party_id, need=need_id)
    await site.pool.execute("update need set status = 'expired'")
    for answer in (
        await site.http.get(link),
        await site.http.post(link),
        await site.http.post(f"{link}/again?lang=en"),
    ):
        assert answer.status_code == 410
    assert "Too late to confirm" in answer.text


@pytest.mark.parametrize("path", ["/confirm/x", "/mine/x", "/confirm/x/again", "/nowhere"])
async def test_what_leads_nowhere_is_a_page(site: Site, path: str) -> None:
    method = "POST" if path.endswith("again") else "GET"
    page = await site.http.request(method, path)
    assert page.status_code == 404
    assert "<h1>" in page.text


async def test_a_link_for_one_thing_does_not_open_another(site: Site) -> None:
    need_id, party_id = await site.a_need()
    token = site.confirm(party_id, need=need_id).removeprefix("/confirm/")
    assert (await site.http.get(f"/mine/{token}")).status_code == 404
    revoked = site.mine(party_id)
    await site.pool.execute("update party set epoch = 1")
    assert (await site.http.get(revoked)).status_code == 404
