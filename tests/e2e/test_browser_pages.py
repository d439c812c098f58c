"""Every page as it stands: on a small screen, for assistive technology, and for link scanners."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from deploy.embedded.mailbox.store import JsonMail
from deploy.embedded.ports import Ports
from deploy.embedded.stack import Stack
from tests.e2e.chromium import Window
from tests.e2e.conftest import QUICK
from tests.e2e.journey import EMAIL, Journey, link_in, river_samples, until_true
from tests.e2e.paper_browser import Form, PaperBrowser

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

UNDECIDED = "odile@example.org"
LAWS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FLAWS = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const fields = all("input:not([type=hidden]), select, textarea");
  const nameless = (field) => !field.labels?.length && !field.getAttribute("aria-label");
  const ids = all("[id]").map((element) => element.id);
  return [
    ...(all("h1").length === 1 ? [] : [`${all("h1").length} h1`]),
    ...(document.documentElement.lang ? [] : ["no lang"]),
    ...fields.filter(nameless).map((field) => `label: ${field.name}`),
    ...all("img:not([alt])").map((image) => `alt: ${image.src}`),
    ...ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `twice: ${id}`),
  ];
}"""


@dataclass(frozen=True)
class World:
    """A need that waits for its confirmation, and one that three teams were asked about."""

    journey: Journey
    waiting: JsonMail
    confirmed: JsonMail
    proposal: JsonMail
    subjects: str
    console: str

    @property
    def pages(self) -> dict[str, str]:
        """Where everything that people look at is."""
        site, mailbox = self.journey.stack.url("profiles"), self.journey.stack.url("mailbox")
        return {
            "home": site,
            "home in English": f"{site}/en/",
            "need": f"{site}/besoin",
            "need, sent": f"{site}/besoin/envoye",
            "offer": f"{site}/offre",
            "lost link": f"{site}/lien",
            "privacy": f"{site}/confidentialite",
            "nowhere": f"{site}/nulle-part",
            "confirmation": link_in(self.waiting, "confirm"),
            "personal page": link_in(self.confirmed, "mine"),
            "subjects": f"{self.subjects}?words=bruit&shown=1",
            "mediation": self.console,
            "questions": self.subjects.replace("/subjects", "/questions"),
            "erase everything": f"{link_in(self.confirmed, 'mine')}/erase",
            "team's page": link_in(self.proposal, "mine"),
            "answer": link_in(self.proposal, "answer"),
            "stop": link_in(self.proposal, "unsubscribe"),
            "mailbox": mailbox,
            "mail": f"{mailbox}/mails/{self.proposal['id']}",
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[World]:
    folder = tmp_path_factory.mktemp("stack")
    quick = {**QUICK, "PASSERELLE_UNDO_S": "4"}
    stack = Stack(folder=folder, ports=Ports.free(), durable=False, common=quick)
    try:
        async with stack, PaperBrowser.opened() as browser:
            journey = Journey(stack, browser)
            await journey.load_samples(river_samples(tmp_path_factory.mktemp("samples")))
            yield await prepared(journey)
    finally:
        await stack.forget()


async def prepared(journey: Journey) -> World:
    await journey.deposit(email=UNDECIDED)
    await journey.deposit()
    await journey.confirm()
    proposals = await journey.asked(3)
    proposal = next(m for m in proposals if m["headers"]["Content-Language"] == "fr")
    (waiting,) = await journey.stack.mailbox.wait_for(to=UNDECIDED)
    (confirmed,) = await journey.stack.mailbox.wait_for(to=EMAIL)
    subjects = await read_by_the_matcher(journey, confirmed)
    return World(journey, waiting, confirmed, proposal, subjects, await invited(journey))


async def invited(journey: Journey) -> str:
    """The facilitators' console, as an operator's command opens it."""
    said = journey.stack.folder / "invited.txt"
    code = await journey.stack.command("profiles", "facilitators", "invite", "Dominique", log=said)
    assert code == 0
    return said.read_text("utf-8").split()[-1]


async def read_by_the_matcher(journey: Journey, confirmed: JsonMail) -> str:
    """Where subjects are searched, once the need was read."""
    found: list[Form] = []

    async def is_read() -> bool:
        page = await journey.my_page(confirmed)
        found[:] = [form for form in page.forms if "subject" in form.names]
        return bool(found)

    await until_true(is_read, what="the need read")
    return urljoin(journey.stack.url("profiles"), found[0].lookers[0])


async def test_nothing_is_wider_than_a_small_screen(world: World) -> None:
    async with Window.opened(width=375, height=700) as window:
        page = await window.context.new_page()
        too_wide = {}
        for name, url in world.pages.items():
            await page.goto(url)
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                too_wide[name] = url
        assert too_wide == {}


async def test_every_page_can_be_read_without_eyes(world: World) -> None:
    async with Window.opened() as window:
        page = await window.context.new_page()
        flaws, titles = {}, {}
        for name, url in world.pages.items():
            await page.goto(url)
            flaws[name] = [*await page.evaluate(FLAWS), *await found_by_axe(page)]
            titles[name] = await page.title()
        await page.goto("about:blank")
        await page.set_content(world.proposal["html"])
        flaws["mail, alone"] = await found_by_axe(page, *LAWS)
        assert {name: found for name, found in flaws.items() if found} == {}
        del titles["team's page"]  # a personal page too
        assert len(set(titles.values())) == len(titles), titles


async def found_by_axe(page: Page, *tags: str) -> list[str]:
    """What breaks a rule: any, or those with these tags."""
    chosen = {"runOnly": tags} if tags else {}
    results = await Axe().run(page, options={"resultTypes": ["violations"], **chosen})
    return [
        f"{flaw['id']} ({flaw['impact']}): {node['html']}"
        for flaw in results.response["violations"]
        for node in flaw["nodes"]
    ]


async def test_subjects_are_searched_and_ticked_with_the_keyboard(world: World) -> None:
    async with Window.opened(width=375, height=700) as window:
        page = await window.open(link_in(world.confirmed, "mine"))
        group = page.get_by_role("group", name="Ces sujets semblent proches")
        box = group.get_by_role("checkbox").first
        await box.focus()
        await page.keyboard.press("Space")
        name = await box.evaluate("box => box.labels[0].textContent")
        await expect(box).to_have_accessible_description(re.compile(r"\w+, "))
        await page.get_by_role("button", name="Chercher d’autres sujets").press("Enter")

        await expect(page.get_by_role("checkbox", name=name)).to_be_checked()
        search = page.get_by_role("searchbox", name="Chercher un sujet")
        await search.fill("abeiles")
        await page.keyboard.press("Enter")
        found = page.get_by_role("group", name="Trouvés pour « abeiles »")
        await found.get_by_role("checkbox").first.check()
        await expect(page.get_by_role("checkbox", name=name)).to_be_checked()
        await page.get_by_role("button", name="Enregistrer ces sujets").click()
        await expect(page.get_by_role("status").first).to_contain_text("C’est enregistré")
        await expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)


async def test_a_scanner_that_opens_every_link_decides_nothing(world: World) -> None:
    """Mail gateways open links, with scripts and all, before people do."""
    mails = await world.journey.stack.mailbox.mails()
    before = await standing(world)
    async with Window.opened() as window:
        for mail in (world.waiting, world.proposal):
            links = set(re.findall(r'href="(http[^"]+)"', mail["html"]))
            assert any(kind in str(links) for kind in ("/answer/", "/confirm/"))
            for link in links:
                await window.open(link.replace("&amp;", "&"))
        await world.journey.nothing_more_than(mails)
    assert await standing(world) == before
    still_asked = await world.journey.browser.open(link_in(world.waiting, "confirm"))
    assert "Confirmer et publier" in still_asked.response.text


async def test_an_answer_counts_down_and_can_be_taken_back(world: World) -> None:
    async with Window.opened() as window:
        page = await window.open(link_in(world.proposal, "answer"))
        await ask_again_later(page)
        await expect(page.get_by_text(re.compile("Votre réponse part dans 0:0"))).to_be_visible()
        await page.get_by_role("button", name="Annuler ma réponse").click()
        await expect(page.get_by_role("status")).to_contain_text("Votre réponse est annulée")

        await ask_again_later(page)
        await expect(page.get_by_role("button", name="Annuler ma réponse")).to_be_visible()
        await expect(page.get_by_role("button", name="Annuler ma réponse")).to_be_hidden()
        await expect(page.get_by_role("status")).to_contain_text("Nous vous redemanderons le")


async def ask_again_later(page: Page) -> None:
    await page.get_by_role("radio", name="Plus tard").check()
    await expect(page.get_by_label("Me redemander le")).to_have_value(re.compile(r"\d{4}-"))
    await page.get_by_role("button", name="Confirmer ma réponse").click()


async def standing(world: World) -> list[str]:
    """What both sides read about where they are."""
    mails = (world.confirmed, world.proposal)
    pages = [await world.journey.my_page(mail) for mail in mails]
    answering = await world.journey.browser.open(link_in(world.proposal, "answer"))
    return [page.text for page in (*pages, answering)]
