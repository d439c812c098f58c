"""The main job, end to end: from a need to an introduction, as people live it."""

from pathlib import Path

import pytest

from tests.e2e.journey import (
    EMAIL,
    NEED,
    ORGANISATION,
    PERSON,
    RESEARCHER_EMAIL,
    Journey,
    link_in,
    river_samples,
    until_true,
)

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
async def ready(journey: Journey, tmp_path: Path) -> Journey:
    """Eight researchers are published, six of whom work on water."""
    await journey.load_samples(river_samples(tmp_path))
    return journey


async def test_a_need_finds_a_team_and_both_are_introduced(ready: Journey) -> None:
    await ready.deposit()
    await ready.confirm()
    one, two, three = await ready.asked(3)
    assert len({mail["to"][0] for mail in (one, two, three)}) == 3
    assert str(NEED["title"]) in one["text"]

    await ready.answer(one, "accept")
    willing = await ready.told(EMAIL, after=1)
    await ready.answer(willing, "accept")

    introduced = await ready.told(EMAIL, after=2)
    team = await ready.told(one["to"][0], after=1)
    assert one["to"][0] in introduced["text"]
    assert introduced["headers"]["Reply-To"].endswith(f"<{one['to'][0]}>")
    assert all(known in team["text"] for known in (PERSON, ORGANISATION, EMAIL))
    assert EMAIL in team["headers"]["Reply-To"]
    assert "1 mise en relation" in (await ready.my_page(introduced)).text


async def test_a_decline_with_a_reason_has_the_next_one_asked(ready: Journey) -> None:
    await ready.deposit()
    await ready.confirm()
    first_wave = await ready.asked(3)
    told_before = await ready.stack.mailbox.mails(to=EMAIL)
    await ready.answer(first_wave[0], "decline", reason="no_capacity")
    mails = await ready.asked(4)
    assert mails[3]["to"][0] not in {mail["to"][0] for mail in first_wave}
    assert await ready.stack.mailbox.mails(to=EMAIL) == told_before, "a decline is told to nobody"


async def test_later_keeps_its_place(ready: Journey) -> None:
    await ready.deposit()
    await ready.confirm()
    (one, *_) = await ready.asked(3)
    page = await ready.browser.open(link_in(one, "answer"))
    form = page.form("choice", "later_on")
    said = await page.submit(form, choice="later")
    assert said.status == 200
    await ready.nothing_more_than(await ready.stack.mailbox.mails())


async def test_opening_a_link_decides_nothing(ready: Journey) -> None:
    await ready.deposit()
    (confirmation,) = await ready.stack.mailbox.wait_for(to=EMAIL)
    for _ in range(3):
        page = await ready.browser.open(link_in(confirmation, "confirm"))
        assert page.status == 200
        await ready.browser.client.head(page.url)
        await ready.browser.client.options(page.url)
    await ready.nothing_more_than(await ready.stack.mailbox.mails())
    await ready.confirm()
    proposals = await ready.asked(3)
    before = await ready.stack.mailbox.mails()
    for choice in ("accept", "decline", "later"):
        page = await ready.browser.open(link_in(proposals[0], "answer") + f"?choice={choice}")
        assert page.status == 200
    await ready.browser.open(link_in(proposals[0], "unsubscribe"))
    await ready.nothing_more_than(before)
    await ready.answer(proposals[0], "accept")
    await ready.told(EMAIL, after=1)


async def test_a_researcher_registers_and_is_asked_about_a_need_on_watch(journey: Journey) -> None:
    await journey.deposit()
    mine = await journey.confirm()

    async def on_watch() -> bool:
        return "veille" in (await journey.browser.open(mine.url)).text.lower()

    await until_true(on_watch, what="the need on watch")
    await journey.register()
    await journey.confirm(RESEARCHER_EMAIL)
    (asked,) = await journey.asked(1)
    assert asked["to"] == [RESEARCHER_EMAIL]


async def test_an_incomplete_form_keeps_everything_and_says_what_is_missing(
    journey: Journey,
) -> None:
    page = await journey.browser.open(journey.stack.url("profiles") + "/besoin")
    typed = {**NEED, "email": "camille(at)example", "title": ""}
    refused = await page.submit(page.form("title", "organisation_name"), **typed)
    assert refused.status == 422
    form = refused.form("title", "organisation_name")
    for name, value in typed.items():
        expected = value if isinstance(value, list) else [value]
        assert sorted(form.values.get(name, [])) == sorted(expected), name
    assert await journey.stack.mailbox.mails() == []
    sent = await refused.submit(form, title="Un titre", email=EMAIL)
    assert sent.status == 200
    assert len(await journey.stack.mailbox.wait_for(to=EMAIL)) == 1


async def test_the_journey_speaks_english_too(ready: Journey) -> None:
    page = await ready.browser.open(ready.stack.url("profiles") + "/en/need")
    await page.submit(page.form("title", "organisation_name"), **NEED)
    (mail,) = await ready.stack.mailbox.wait_for(to=EMAIL)
    assert mail["headers"]["Content-Language"] == "en"
    confirm = await ready.browser.open(link_in(mail, "confirm"))
    assert 'lang="en"' in confirm.response.text
