"""The main job in Chromium: what people see, press and read, from a need to an introduction."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.e2e.chromium import Window, field
from tests.e2e.journey import EMAIL, NEED, ORGANISATION, PERSON, PHONE, Journey, river_samples

pytestmark = pytest.mark.timeout(240)

ACCEPTED = re.compile("Vous avez accepté|Vous voilà en relation")
PROPOSALS = re.compile(r"^(Un besoin pour vous|A need for you)")


@pytest.fixture
async def window() -> AsyncGenerator[Window]:
    async with Window.opened() as window:
        yield window


async def test_a_need_becomes_an_introduction_in_front_of_chromium(
    journey: Journey, window: Window, tmp_path: Path
) -> None:
    await journey.load_samples(river_samples(tmp_path))
    await deposit(await window.open(journey.stack.url("profiles")))
    mailbox = await window.open(journey.stack.url("mailbox"))
    mine = await confirm(window, mailbox)
    await mine.evaluate("window.neverReloaded = true")
    guesses = mine.get_by_role("group", name="Ces sujets semblent proches")
    await expect(guesses).to_be_visible(timeout=30_000)
    await guesses.get_by_role("checkbox").first.check()

    await expect(mailbox.get_by_role("link", name=PROPOSALS)).to_have_count(3, timeout=60_000)
    await accept(window, mailbox, "Un besoin pour vous", "J’accepte d’en parler")
    await accept(window, mailbox, "Une équipe de recherche est prête", "J’accepte la rencontre")

    await both_are_introduced(mailbox)
    await expect(mine.get_by_text("1 mise en relation")).to_be_visible(timeout=30_000)
    await expect(
        mine.get_by_role("status").filter(has_text="Du nouveau sur votre page")
    ).to_have_count(1)
    assert await mine.evaluate("window.neverReloaded")
    await expect(guesses.get_by_role("checkbox").first).to_be_checked()


async def deposit(page: Page) -> None:
    await page.get_by_role("main").get_by_role("link", name="Déposer un besoin").click()
    await field(page, "title").fill(str(NEED["title"]))
    await says_what_will_be_masked(page)
    await page.get_by_label("Eau, rivières, mer et littoral").check()
    await page.get_by_label("Recherche participative").check()
    await page.get_by_label("Ville ou commune").fill("Quimperlé")
    await field(page, "email").fill("camille(at)example")
    await page.get_by_role("button", name="Envoyer mon besoin").click()
    await says_what_is_missing(page)

    await field(page, "organisation_name").fill(ORGANISATION)
    await field(page, "organisation_type").select_option("Association")
    await field(page, "person").fill(PERSON)
    await field(page, "email").fill(EMAIL)
    await page.get_by_label("Téléphone").fill(PHONE)
    await field(page, "mandate").check()
    await field(page, "consent").check()
    await page.get_by_role("button", name="Envoyer mon besoin").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Merci, votre besoin est enregistré"
    )


async def says_what_will_be_masked(page: Page) -> None:
    description = field(page, "description")
    hint = page.get_by_role("status").filter(has_text="Sera masqué pour vous protéger")
    await description.press_sequentially("Écrivez à camille@amis-zorglub.example.org")
    await expect(hint).to_contain_text("une adresse électronique")
    await description.fill(str(NEED["description"]))
    await expect(hint).to_be_hidden()


async def says_what_is_missing(page: Page) -> None:
    """Above all, beside each field, and without losing a word."""
    summary = page.get_by_role("alert")
    await expect(summary).to_be_focused()
    await expect(summary.get_by_role("link")).to_have_count(6)
    await expect(page).to_have_title(re.compile("^Erreur"))
    await expect(field(page, "email")).to_have_accessible_description(
        re.compile("Cette adresse n’est pas complète")
    )
    await expect(field(page, "person")).to_have_attribute("aria-invalid", "true")
    await expect(field(page, "title")).to_have_value(str(NEED["title"]))
    await expect(field(page, "description")).to_have_value(str(NEED["description"]))
    await expect(field(page, "email")).to_have_value("camille(at)example")
    await expect(page.get_by_label("Ville ou commune")).to_have_value("Quimperlé")
    await expect(page.get_by_label("Eau, rivières, mer et littoral")).to_be_checked()
    await expect(page.get_by_label("Recherche participative")).to_be_checked()


async def confirm(window: Window, mailbox: Page) -> Page:
    """The personal page, where the button of the confirmation page leads."""
    mail = await read(mailbox, "Confirmez votre adresse")
    page = await window.follow(mail.get_by_role("link", name="Confirmer mon adresse"))
    await mailbox.go_back()
    await page.get_by_role("button", name="Confirmer").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"Bonjour {PERSON}")
    return page


async def accept(window: Window, mailbox: Page, subject: str, choice: str) -> None:
    mail = await read(mailbox, subject)
    page = await window.follow(mail.get_by_role("link", name="J’accepte"))
    await mailbox.go_back()
    await expect(page.get_by_role("radio", name=choice)).to_be_checked()
    await page.get_by_role("button", name="Confirmer ma réponse").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(ACCEPTED)


async def both_are_introduced(mailbox: Page) -> None:
    introductions = mailbox.get_by_role("link", name="Mise en relation")
    await expect(introductions).to_have_count(2, timeout=30_000)
    await expect(introductions.filter(has_text=EMAIL)).to_have_count(1)
    await introductions.filter(has_not_text=EMAIL).click()
    team = content(mailbox)
    await expect(team.get_by_role("heading", level=1)).to_have_text("Vous voilà en relation")
    for known in (PERSON, ORGANISATION, EMAIL, PHONE):
        await expect(team.get_by_text(known, exact=True)).to_be_visible()


async def read(mailbox: Page, subject: str) -> FrameLocator:
    """The newest mail with this subject, once it is there."""
    await mailbox.bring_to_front()
    await mailbox.get_by_role("link", name=subject).first.click(timeout=60_000)
    return content(mailbox)


def content(mailbox: Page) -> FrameLocator:
    return mailbox.frame_locator("iframe[title='Contenu du courriel']")
