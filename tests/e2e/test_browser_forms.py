"""The forms without a mouse, without scripts, and in English."""

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from deploy.embedded.ports import Ports
from deploy.embedded.stack import Stack
from tests.e2e.chromium import LABELS, NEED, Window, field, fill_need
from tests.e2e.journey import link_in

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

FOCUSED = """() => {
  const field = document.activeElement, style = getComputedStyle(field);
  const label = field.labels?.[0]?.innerText ?? field.getAttribute("aria-label");
  const drawsRing = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const isBrowsersOwn = field.type === "date" && !field.matches(":focus"); // its calendar's button
  return [label ?? field.innerText, drawsRing || isBrowsersOwn];
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """Forms and mails, for the module: each test has an address of its own."""
    made = Stack(
        folder=tmp_path_factory.mktemp("stack"),
        ports=Ports.free(),
        durable=False,
        start_services=("profiles", "notifier"),
    )
    try:
        async with made:
            yield made
    finally:
        await made.forget()


async def test_a_need_is_sent_with_the_keyboard_alone(stack: Stack) -> None:
    async with Window.opened() as window:
        page = await window.open(stack.url("profiles"))
        await press_until(page, "Tab", "Aller au contenu")
        await page.keyboard.press("Enter")
        await press_until(page, "Tab", "Déposer un besoin")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Déposer un besoin")
        await leaves_a_mistake_and_corrects_it(page)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Merci")
    await stack.mailbox.wait_for(to="odile.clavier@example.org")


async def leaves_a_mistake_and_corrects_it(page: Page) -> None:
    labels = LABELS["fr"]
    for name, typed in {**NEED, "email": "odile.clavier"}.items():
        await press_until(page, "Tab", labels[name])
        await page.keyboard.type(typed)
        if name == "description":
            await press_until(page, "Tab", "Stage")
            await page.keyboard.press("Space")
    for name in ("mandate", "consent"):
        await press_until(page, "Tab", labels[name])
        await page.keyboard.press("Space")
    await press_until(page, "Tab", "Envoyer mon besoin")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("Stage")).to_be_checked()
    await press_until(page, "Tab", labels["email"])
    await page.keyboard.press("Enter")
    await expect(field(page, "email")).to_be_focused()
    await page.keyboard.press("End")
    await page.keyboard.type("@example.org")
    await page.keyboard.press("Enter")


async def press_until(page: Page, key: str, words: str) -> None:
    """Go on with the keyboard until this has the focus; all on the way show that they have it."""
    passed: list[str] = []
    while len(passed) < 80:
        await page.keyboard.press(key)
        label, is_visible = await page.evaluate(FOCUSED)
        assert is_visible, f"«{label}» does not show that it has the focus"
        if words in label:
            return
        passed.append(label)
    raise AssertionError(f"«{words}» is not among {passed}")


async def test_the_form_works_without_scripts(stack: Stack) -> None:
    async with Window.opened(scripts=False) as window:
        page = await window.open(stack.url("profiles") + "/besoin")
        await page.get_by_role("button", name="Envoyer mon besoin").click()
        await expect(page.get_by_role("alert")).to_contain_text("Il reste")
        await fill_need(page, email="odile.papier@example.org")
        await page.get_by_role("button", name="Envoyer mon besoin").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Merci")

        page = await confirmed(window, stack, "odile.papier@example.org")
        await expect(page.get_by_role("article")).to_have_count(1)


async def test_a_second_need_is_confirmed_as_the_first_was(stack: Stack) -> None:
    email = "odile.encore@example.org"
    async with Window.opened() as window:
        page = await window.open(stack.url("profiles") + "/besoin")
        for needs in (1, 2):
            await fill_need(page, email=email)
            await page.get_by_role("button", name="Envoyer mon besoin").click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text("Merci")
            page = await confirmed(window, stack, email, after=needs - 1)
            await expect(page.get_by_role("article")).to_have_count(needs)
            await page.get_by_role("link", name="Déposer un autre besoin").click()


async def confirmed(window: Window, stack: Stack, email: str, *, after: int = 0) -> Page:
    """The personal page, where the newest mail and a button lead."""
    mail, *_ = await stack.mailbox.wait_for(to=email, count=after + 1)
    page = await window.open(link_in(mail, "confirm"))
    await page.get_by_role("button", name="Confirmer").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour Odile")
    return page


async def test_a_need_in_english_is_answered_in_english(stack: Stack) -> None:
    async with Window.opened(language="en-GB") as window:
        page = await window.open(stack.url("profiles") + "/en/")
        await page.get_by_role("main").get_by_role("link", name="Describe a need").click()
        await fill_need(page, email="odile.english@example.org", language="en")
        await page.get_by_role("button", name="Send my need").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")

        mailbox = await window.open(stack.url("mailbox"))
        await mailbox.get_by_role("link", name="Confirm your address").click()
        link = mailbox.frame_locator("iframe").get_by_role("link", name="Confirm my address")
        page = await window.follow(link)
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await page.get_by_role("button", name="Confirm").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Hello Odile")
        await page.get_by_role("link", name="Français").click()
        await expect(page).to_have_title(re.compile("^Ma page"))
