"""The forms and plain pages over HTTP, with a real database."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from tests.support.fakes_profiles import NEED_FORM, OFFER_FORM, an_id
from tests.support.fakes_profiles_site import Site, open_site


@pytest.fixture
async def site(database_dsn: str) -> AsyncGenerator[Site]:
    async with open_site(database_dsn) as opened:
        yield opened


async def kinds(site: Site) -> list[str]:
    return [type(event).__name__ for event in await site.told()]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/besoin", "/besoin/envoye", "/offre", "/offre/envoyee", "/lien", "/lien/envoye"),
        *("/confidentialite", "/en/", "/en/need", "/en/need/sent", "/en/offer"),
        *("/en/offer/sent", "/en/link", "/en/link/sent", "/en/privacy"),
    ],
)
async def test_each_page_opens_in_its_language_and_leads_to_the_other(
    site: Site, path: str
) -> None:
    page = await site.http.get(path)
    language, other = ("en", "fr") if path.startswith("/en") else ("fr", "en")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert f'hreflang="{other}"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in page.headers


async def test_errors_stand_beside_their_fields_and_everything_is_kept(site: Site) -> None:
    typed: dict[str, str | list[str]] = {
        "title": "Une <b>odeur</b>",
        "description": "Bonjour",
        "email": "pas-une-adresse",
        "phone": "abc",
        "deadline": "2020-01-01",
        "organisation_type": "union",
        "themes": ["sante"],
        "visibility": "public",
    }
    page = await site.send("/besoin", typed)
    assert page.status_code == 422
    assert '<a href="#email">' in page.text
    assert 'id="email-error"' in page.text
    assert 'aria-describedby="email-hint email-error" aria-invalid="true"' in page.text
    for kept in ("Une &lt;b&gt;odeur&lt;/b&gt;", "pas-une-adresse", 'value="abc"', "2020-01-01"):
        assert kept in page.text
    assert '<option value="union" selected>' in page.text
    assert 'id="themes-sante" name="themes" value="sante" checked' in page.text
    assert 'value="public" aria-describedby="visibility-public-hint" checked' in page.text
    assert await site.told() == []


async def test_a_form_in_english_speaks_english(site: Site) -> None:
    page = await site.send("/en/offer", {"title": "x"})
    assert page.status_code == 422
    assert "Give your e-mail address." in page.text


async def test_a_form_sent_twice_at_once_counts_once(site: Site) -> None:
    form = {**NEED_FORM, "form_id": str(an_id("form"))}
    answers = await asyncio.gather(*(site.http.post("/besoin", data=form) for _ in range(4)))
    assert {(a.status_code, a.headers["location"]) for a in answers} == {(303, "/besoin/envoye")}
    assert await kinds(site) == ["ContactRecorded", "LetterRequested"]


async def test_a_machine_that_fills_everything_is_thanked_and_forgotten(site: Site) -> None:
    for path, form in (("/besoin", NEED_FORM), ("/offre", OFFER_FORM)):
        answer = await site.send(path, form, homepage="http://spam.example.org")
        assert answer.status_code == 303
    answer = await site.send("/lien", {"email": "a@example.org"}, homepage="x")
    assert answer.status_code == 303
    assert await site.told() == []


async def test_what_was_typed_is_shown_again_while_the_database_is_away(site: Site) -> None:
    await site.pool.close()
    for path, form in (
        ("/besoin", NEED_FORM),
        ("/offre", OFFER_FORM),
        ("/lien", {"email": "a@b.fr"}),
    ):
        page = await site.send(path, form)
        assert page.status_code == 503
        assert "Rien n’est perdu" in page.text
    assert str(NEED_FORM["title"]) in (await site.send("/besoin", NEED_FORM)).text
    page = await site.http.get(site.mine(an_id("party")))
    assert page.status_code == 503
    assert page.headers["retry-after"] == "30"


async def test_a_body_that_no_form_has_is_refused(site: Site) -> None:
    assert (await site.http.post("/besoin", content=b"a" * 300_001)).status_code == 413
    assert (await site.http.post("/besoin", content=b"a=1&" * 400)).status_code == 400


async def test_static_files_are_kept_and_pages_are_not(site: Site) -> None:
    page = await site.http.get("/")
    style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in (await site.http.get(style)).headers["cache-control"]
    assert page.headers["cache-control"] == "no-store"
    moved = await site.http.get("/en")
    assert moved.headers["location"] == "/en/"


async def test_a_defect_of_ours_is_a_page_too(site: Site) -> None:
    await site.pool.execute("drop table watch")
    _, party_id = await site.confirmed_need()
    page = await site.http.get(site.mine(party_id))
    assert page.status_code == 500
    assert "Une erreur de notre côté" in page.text
