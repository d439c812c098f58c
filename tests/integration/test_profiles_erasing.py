"""Erasing over HTTP: what it says, what it needs, what is left in the database."""

from collections.abc import AsyncGenerator

import pytest

from shared.contracts.event import Event, Tombstone
from tests.support.fakes_profiles import NEED_FORM
from tests.support.fakes_profiles_site import Site, open_site

WORDS = ("title", "description", "person", "email", "organisation_name")


@pytest.fixture
async def site(database_dsn: str) -> AsyncGenerator[Site]:
    async with open_site(database_dsn) as opened:
        yield opened


async def test_looking_at_the_page_erases_nothing(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    shown = await site.http.get(f"{page}/erase?lang=en")
    assert shown.status_code == 200
    assert "1 need, with its text" in shown.text
    assert (await site.http.get(f"{page}/needs/{need_id}/erase")).status_code == 405
    assert str(NEED_FORM["title"]) in (await site.http.get(page)).text


async def test_without_the_tick_nothing_is_erased_and_the_page_says_so(site: Site) -> None:
    _, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    refused = await site.http.post(f"{page}/erase?lang=fr")
    assert refused.status_code == 422
    assert "Cochez la case" in refused.text
    assert (await site.http.get(page)).status_code == 200


async def test_everything_goes_and_the_page_with_it(site: Site) -> None:
    _, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    done = await site.http.post(f"{page}/erase?lang=fr", data={"sure": "yes"})
    assert done.status_code == 200
    assert "Tout est effacé" in done.text
    assert (await site.http.get(page)).status_code == 404
    assert (await site.http.post(f"{page}/erase", data={"sure": "yes"})).status_code == 404
    left = await site.everything()
    for word in WORDS:
        assert str(NEED_FORM[word]) not in left
    told = await site.told()
    assert {event.topic for event in told if isinstance(event, Tombstone)} == {
        "passerelle.contacts",
        "passerelle.needs",
    }
    assert not [event for event in told if isinstance(event, Event)]


async def test_one_need_goes_and_the_page_stays(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    answer = await site.http.post(f"{page}/needs/{need_id}/erase?lang=en")
    assert answer.status_code == 303
    shown = (await site.http.get(answer.headers["location"])).text
    assert "Nothing is left of it here" in shown
    assert str(NEED_FORM["title"]) not in shown
    assert (await site.http.post(f"{page}/needs/{need_id}/erase")).status_code == 404


async def test_an_offer_is_erased_by_its_owner_alone(site: Site) -> None:
    _, stranger = await site.confirmed_need()
    offer_id, owner = await site.confirmed_offer()
    path = f"capabilities/{offer_id}/erase"
    assert (await site.http.post(f"{site.mine(stranger)}/{path}")).status_code == 404
    assert (await site.http.post(f"{site.mine(owner)}/{path}")).status_code == 303
    assert [e.topic for e in await site.told() if isinstance(e, Tombstone)] == [
        "passerelle.capabilities"
    ]


async def test_an_old_link_erases_nothing(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    old = site.mine(party_id)
    site.clock.pass_by(days=31)
    for path in ("/erase", f"/needs/{need_id}/erase", f"/capabilities/{need_id}/erase"):
        answer = await site.http.post(f"{old}{path}", data={"sure": "yes"})
        assert answer.status_code == 410
