"""Someone in front of Chromium: tabs, and everything the browser complained about."""

import dataclasses
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    WebError,
    expect,
)

from deploy.chromium import chromium

PATIENCE_MS = 20_000
HERE = "127.0.0.1"
LABELS = {
    "fr": {
        "title": "En une phrase, quel est votre besoin",
        "description": "Racontez-nous",
        "organisation_name": "Nom de l’organisation",
        "organisation_type": "Type d’organisation",
        "person": "Prénom et nom",
        "email": "Adresse électronique",
        "mandate": "J’ai l’accord de mon organisation",
        "consent": "J’accepte que Passerelle utilise",
    },
    "en": {
        "title": "In one sentence, what do you need",
        "description": "Tell us more",
        "organisation_name": "Name of the organisation",
        "organisation_type": "Type of organisation",
        "person": "First and last name",
        "email": "E-mail address",
        "mandate": "My organisation agrees",
        "consent": "I agree that Passerelle uses",
    },
}
NEED = {
    "title": "Notre four à pain fume trop",
    "description": "Nous cuisons au bois dans le four du village et les voisins toussent.",
    "organisation_name": "Le Fournil Zorglub",
    "organisation_type": "Association",
    "person": "Odile Canarivoux",
}


@dataclass
class Window:
    """The tabs of one person; leaving it asserts that the browser had nothing to complain about."""

    context: BrowserContext
    complaints: list[str] = dataclasses.field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, *, language: str = "fr-FR", width: int = 1280, height: int = 860, scripts: bool = True
    ) -> AsyncGenerator[Self]:
        async with chromium() as browser:
            context = await browser.new_context(
                locale=language,
                viewport={"width": width, "height": height},
                java_script_enabled=scripts,
            )
            context.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            window = cls(context)
            context.on("request", window._note_request)
            context.on("console", window._note_message)
            context.on("weberror", window._note_error)
            yield window
            await context.close()
        assert not window.complaints, "\n".join(window.complaints)

    async def open(self, url: str) -> Page:
        """A new tab with a page."""
        tab = await self.context.new_page()
        await tab.goto(url)
        return tab

    async def follow(self, link: Locator) -> Page:
        """The new tab that a link opens."""
        async with self.context.expect_page() as opened:
            await link.click()
        tab = await opened.value
        await tab.wait_for_load_state()
        return tab

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.hostname != HERE:
            self.complaints.append(f"a request left: {request.url}")

    def _note_message(self, message: ConsoleMessage) -> None:
        is_about_the_page = message.page and message.location["url"] == message.page.url
        if is_about_the_page and message.text.startswith("Failed to load resource"):
            return  # a page with an error status, which the test has asked for
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text[:200]}")

    def _note_error(self, error: WebError) -> None:
        self.complaints.append(f"script: {error.error}")


def field(page: Page, name: str, language: str = "fr") -> Locator:
    """What a label belongs to."""
    return page.get_by_label(re.compile(rf"^{re.escape(LABELS[language][name])}"))


async def fill_need(page: Page, *, email: str, language: str = "fr") -> None:
    """What the form asks for, found by its labels; nothing optional."""
    for name, value in {**NEED, "email": email}.items():
        question = field(page, name, language)
        if name == "organisation_type":
            await question.select_option(value)
        else:
            await question.fill(value)
    for name in ("mandate", "consent"):
        await field(page, name, language).check()
