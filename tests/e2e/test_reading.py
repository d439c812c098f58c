"""Saying what a need is about, end to end: read, ticked, matched again, nobody asked twice."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.journey import EMAIL, Journey, link_in, metric, river_samples, until_true
from tests.e2e.paper_browser import Page

pytestmark = pytest.mark.timeout(240)
QUESTION = "Water, rivers and aquatic environments: pollution, ecology, monitoring and governance"
ELSEWHERE = "Critical editions of medieval chess treatises"


@pytest.fixture
async def ready(journey: Journey, tmp_path: Path) -> Journey:
    """Eight researchers are published, six of whom work on water."""
    await journey.load_samples(river_samples(tmp_path))
    return journey


async def mine(journey: Journey) -> Page:
    (confirmation, *_) = await journey.stack.mailbox.wait_for(to=EMAIL)
    return await journey.my_page(confirmation)


async def read_page(journey: Journey) -> Page:
    """The personal page, once the need was read."""
    page = await mine(journey)

    async def is_read() -> bool:
        nonlocal page
        page = await mine(journey)
        return any("subject" in form.names for form in page.forms)

    await until_true(is_read, what="the need read")
    return page


async def until_said(journey: Journey, words: str) -> Page:
    page = await mine(journey)

    async def is_said() -> bool:
        nonlocal page
        page = await mine(journey)
        return words in page.text

    await until_true(is_said, within_s=60, what=words)
    return page


async def looked_at(journey: Journey) -> None:
    """Wait until the matcher has dealt with all that was told."""

    async def settled() -> bool:
        return await metric(journey.stack, "matcher", "consumer_lag_events") == 0

    await until_true(settled, what="the matcher up to date")


def need_of(page: Page) -> str:
    found = re.search(r"/needs/([0-9a-f-]{36})/subjects", page.response.text)
    assert found
    return found[1]


async def test_ticks_and_questions_change_the_match_and_ask_nobody_twice(ready: Journey) -> None:
    await ready.deposit()
    await ready.confirm()
    asked = await ready.asked(3)
    page = await read_page(ready)
    form = page.form("subject")
    assert 2 <= len(form.choices["subject"]) <= 8
    assert form.values.get("subject", []) == [], "nobody ticked anything"

    chosen = form.choices["subject"][:1]
    found = await page.look(form, subject=chosen)
    searched = await found.look(found.form("words"), words="bruit des avions")
    assert "Trouvés pour « bruit des avions »" in searched.text
    again = searched.form("subject")
    assert again.values["subject"] == chosen, "a search loses no tick"
    new = next(one for one in again.choices["subject"] if one not in form.choices["subject"])
    saved = await searched.submit(again, subject=[*chosen, new])
    assert "C’est enregistré" in saved.text
    assert sorted(saved.form("subject").values["subject"]) == sorted([*chosen, new])

    address = page.url.split("?")[0] + f"/needs/{need_of(page)}/questions"
    writing = await ready.browser.open(address)
    await writing.submit(writing.form("questions"), questions=f"{QUESTION}\n{ELSEWHERE}")
    said = await until_said(ready, "Rien ici ne répond encore à cette question.")
    assert QUESTION in said.text
    assert "Des travaux répondent à cette question." in said.text
    assert sorted(said.form("subject").values["subject"]) == sorted([*chosen, new])

    await looked_at(ready)
    await ready.nothing_more_than(await ready.stack.mailbox.mails())
    assert len(await ready.asked(3)) == 3

    await ready.answer(asked[0], "decline", reason="no_capacity")
    everyone = Counter(mail["to"][0] for mail in await ready.asked(4))
    assert len(everyone) == 4
    assert max(everyone.values()) == 1, "nobody was asked twice about this need"


async def test_a_facilitator_says_in_a_terminal_what_the_page_then_shows(ready: Journey) -> None:
    await ready.deposit()
    await ready.confirm()
    page = await read_page(ready)
    need, by = need_of(page), ("--by", "Dominique Exemple")
    command = ready.stack.command
    assert await command("profiles", "needs", "subjects", *by, need, "T10790") == 0
    assert await command("profiles", "needs", "questions", *by, need, QUESTION) == 0
    assert await command("profiles", "needs", "show", need.replace(need[0], "0")) == 1

    said = await until_said(ready, "Des travaux répondent à cette question.")
    assert "écrite par la médiation" in said.text
    assert said.form("subject").values["subject"] == ["T10790"]
    assert "Dominique" not in said.text


async def test_reading_is_not_waited_for(ready: Journey) -> None:
    await ready.deposit()
    await ready.confirm()
    (one, *_) = await ready.asked(3)
    page = await read_page(ready)
    assert page.form("subject").values.get("subject", []) == []
    assert "?choice=later" in one["text"]
    assert link_in(one, "answer")
