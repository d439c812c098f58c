"""The facilitators' console over HTTP: whom it lets in, what it shows, what comes of it."""

from collections.abc import AsyncGenerator

import pytest

from services.profiles.adapters.postgres import writing
from services.profiles.application.invite_facilitator import InviteFacilitator
from services.profiles.commands import parse
from services.profiles.commands.inviting import Inviting
from services.profiles.web.visitors import Door
from shared.contracts.needs import NeedPublished
from tests.support.fakes_profiles import NEED_FORM
from tests.support.fakes_profiles_site import KEY, Site, open_site

FISH, METALS = "T10302", "T10790"
HIDDEN = ("person", "email", "phone", "organisation_name")


@pytest.fixture
async def site(database_dsn: str) -> AsyncGenerator[Site]:
    async with open_site(database_dsn) as opened:
        yield opened


async def operator(site: Site, *arguments: str) -> tuple[bool, str]:
    """What an operator's command does, and says."""
    said: list[str] = []
    door = Door([KEY], site.clock)
    invite = InviteFacilitator(writing(site.pool, lambda: None))
    done = await Inviting(invite, door.console_of, said.append)(parse(["facilitators", *arguments]))
    return done, said[0]


async def console(site: Site, name: str = "Dominique Exemple") -> str:
    """The address of the console for someone who was invited."""
    done, link = await operator(site, "invite", name)
    assert done
    return link


async def test_the_console_shows_what_others_read_and_never_who_asks(site: Site) -> None:
    page = await console(site)
    assert "Aucun besoin" in (await site.http.get(page)).text
    described = "Les Amis de la Vilaine demandent, appelez le 06 12 34 56 78."
    need_id, _ = await site.confirmed_need(description=described)
    pages = [
        await site.http.get(page + path)
        for path in ("", f"/needs/{need_id}/subjects", f"/needs/{need_id}/questions")
    ]
    assert all(one.status_code == 200 for one in pages)
    shown = "".join(one.text for one in pages)
    assert "[nom masqué] demandent" in shown
    assert not [word for word in HIDDEN if str(NEED_FORM[word]) in shown]
    assert all(one.headers["x-robots-tag"] for one in pages)


async def test_what_a_facilitator_says_reaches_the_matcher_and_the_organisation(
    site: Site,
) -> None:
    page = await console(site)
    need_id, party_id = await site.confirmed_need()
    mine = f"{site.mine(party_id)}/needs/{need_id}/questions"
    await site.http.post(mine, data={"questions": "Que voient Les Amis de la Vilaine ?"})
    address = f"{page}/needs/{need_id}"
    assert "Vilaine" not in (await site.http.get(f"{address}/questions")).text
    ticked = await site.http.post(f"{address}/subjects", data={"subject": [FISH, METALS]})
    asked = await site.http.post(f"{address}/questions", data={"questions": "Quelles algues ?"})
    assert ticked.headers["location"].startswith(page)
    assert "C’est enregistré" in (await site.http.get(asked.headers["location"])).text

    latest = [event for event in await site.told() if isinstance(event, NeedPublished)][-1]
    assert [(tick.id, tick.origin) for tick in latest.subjects] == [
        (FISH, "facilitator"),
        (METALS, "facilitator"),
    ]
    assert [(q.text, q.origin) for q in latest.questions] == [
        ("Que voient [nom masqué] ?", "organisation"),
        ("Quelles algues ?", "facilitator"),
    ]
    shown = (await site.http.get(site.mine(party_id))).text
    assert "proposé par la médiation" in shown
    assert "écrite par la médiation" in shown
    assert "Dominique" not in shown
    deeds = await site.pool.fetch("select who, what from facilitation order by id")
    assert [tuple(deed) for deed in deeds] == [
        ("Dominique Exemple", "subjects"),
        ("Dominique Exemple", "questions"),
    ]


async def test_a_revoked_or_old_link_opens_nothing(site: Site) -> None:
    need_id, _ = await site.confirmed_need()
    page = await console(site)
    said = {"subject": [FISH]}
    assert await operator(site, "revoke", "dominique exemple") == (
        True,
        "dominique exemple: links no longer work",
    )
    assert (await site.http.get(page)).status_code == 404
    assert (await site.http.post(f"{page}/needs/{need_id}/subjects", data=said)).status_code == 404
    again = await console(site)
    assert (await site.http.get(again)).status_code == 200
    site.clock.pass_by(days=91)
    for answer in (
        await site.http.get(again),
        await site.http.post(f"{again}/needs/{need_id}/subjects", data=said),
    ):
        assert answer.status_code == 410
    assert (await operator(site, "revoke", "nobody"))[0] is False


async def test_a_link_for_one_thing_opens_no_other(site: Site) -> None:
    _, party_id = await site.confirmed_need()
    page = await console(site)
    token = page.removeprefix("/mediation/")
    mine = site.mine(party_id).removeprefix("/mine/")
    assert (await site.http.get(f"/mine/{token}")).status_code == 404
    assert (await site.http.get(f"/mediation/{mine}")).status_code == 404
