"""The README's pictures, from the running demo: `python -m deploy.screenshots`.

It deposits a need there, confirms it, and shows the best of the mails that propose it in French.
"""

import asyncio
import os
import re
import sys

from playwright.async_api import Page

from deploy.chromium import chromium
from deploy.embedded.mailbox.client import MailboxClient
from deploy.embedded.mailbox.store import JsonMail
from deploy.embedded.ports import Ports, is_free
from deploy.embedded.web_process import PROJECT

IMAGES = PROJECT / "docs" / "images"
MOST_BYTES = 300_000
EMAIL = "camille@example.org"
FIELDS = {
    "title": "Nouvelle cour : est-ce que ça change vraiment quelque chose ?",
    "description": (
        "Notre école a été construite avec une cour sans terrain de foot au milieu, un coin"
        " calme, des jeux sur le toit, des arbres. L’idée, c’était moins de bagarres, des filles"
        " qui prennent de la place, des enfants qui touchent la terre. Deux ans après, chacun a"
        " son avis. L’équipe enseignante voudrait observer sérieusement qui va où, qui joue avec"
        " qui, ce que ça donne en classe après, et ce qu’il faudrait corriger. Pour venir voir :"
        " camille@example.org."
    ),
    "city": "Lille",
    "region": "Hauts-de-France",
    "organisation_name": "École des Trois-Ponts",
    "person": "Camille Le Gall",
    "email": EMAIL,
}
TICKED = ("themes-enfance_ecole", "modes-internship", "modes-participatory_research")
AGREED = ("mandate", "consent")
ASKED = 3


async def take(ports: Ports) -> None:
    """Both pictures."""
    mailbox = MailboxClient(ports.mailbox)
    async with chromium() as browser:
        context = await browser.new_context(
            locale="fr-FR", viewport={"width": 900, "height": 1130}, device_scale_factor=1.2
        )
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{ports.profiles}/besoin")
        await _fill(page)
        await page.screenshot(path=IMAGES / "form.png")
        known = len(await _proposals(mailbox, 0))
        await _send(page, mailbox)
        mails = await _proposals(mailbox, known + ASKED)
        best = max(mails[:ASKED], key=_stars)
        await page.set_viewport_size({"width": 660, "height": 900})
        await page.goto(f"http://127.0.0.1:{ports.mailbox}/mails/{best['id']}/html")
        await page.screenshot(path=IMAGES / "mail.png", full_page=True)


async def _fill(page: Page) -> None:
    for name, value in FIELDS.items():
        await page.locator(f"#{name}").fill(value)
    await page.locator("#organisation_type").select_option("school")
    for name in (*TICKED, *AGREED):
        await page.locator(f"#{name}").check()
    await page.locator("#description").focus()
    await page.locator("[data-notice-of=description]:not([hidden])").wait_for()
    await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")


async def _send(page: Page, mailbox: MailboxClient) -> None:
    known = len(await mailbox.mails(to=EMAIL))
    await page.locator("main form button").click()
    mail, *_ = await mailbox.wait_for(to=EMAIL, count=known + 1, within_s=60)
    link = re.search(r"http\S+/confirm/\S+", mail["text"])
    if link is None:
        raise ValueError("the newest mail has no link to confirm")
    await page.goto(link.group())
    await page.locator("main form button").click()
    await page.wait_for_url("**/mine/**")


async def _proposals(mailbox: MailboxClient, count: int) -> list[JsonMail]:
    """The mails that propose the need, newest first, once there are so many."""
    return await mailbox.wait_for(subject=FIELDS["title"], count=count, within_s=120)


def _stars(mail: JsonMail) -> int:
    is_french = mail["headers"]["Content-Language"] == "fr"
    return mail["html"].count("★") if is_french else 0


def main() -> int:
    """Take the pictures; the exit code."""
    ports = Ports.from_environment(os.environ)
    if is_free(ports.profiles):
        print("The demo is not running: start it with `make demo`.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(ports))
    sizes = {path: path.stat().st_size for path in sorted(IMAGES.glob("*.png"))}
    for path, size in sizes.items():
        print(f"{path.relative_to(PROJECT)}: {size / 1000:.0f} kB")
    return int(max(sizes.values()) > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
