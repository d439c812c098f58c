"""The main journey, step by step, as people take it: forms, mails, pages, buttons."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.embedded.mailbox.store import JsonMail
from deploy.embedded.stack import Stack
from tests.e2e.paper_browser import Page, PaperBrowser

SAMPLES = Path(__file__).parents[2] / "data" / "capabilities.jsonl"
ORGANISATION, PERSON = "Les Amis du Canal Zorglub", "Camille Canarivet"
EMAIL, PHONE = "camille@amis-zorglub.example.org", "+33 6 12 34 56 78"
NEED: dict[str, str | list[str]] = {
    "title": "L'eau de notre rivière mousse après les orages",
    "description": (
        "Depuis deux ans la rivière qui traverse notre village mousse après chaque orage et les"
        " poissons meurent. Nous voudrions savoir ce qu'il y a dans l'eau, d'où viennent les"
        " pollutions et comment suivre leur évolution nous-mêmes, avec les pêcheurs et l'école."
    ),
    "expectations": "Apprendre à faire des prélèvements fiables.",
    "themes": ["eau_mer", "pollution_dechets"],
    "modes": ["participatory_research", "internship"],
    "city": "Quimperlé",
    "region": "Bretagne",
    "organisation_type": "association",
    "organisation_name": ORGANISATION,
    "person": PERSON,
    "email": EMAIL,
    "phone": PHONE,
    "mandate": "yes",
    "consent": "yes",
}
RESEARCHER_EMAIL = "alex@labo-riviere.example.org"
RESEARCHER: dict[str, str | list[str]] = {
    "title": "Mousses, tensioactifs et poissons : qualité de l'eau des petites rivières",
    "summary": (
        "Notre équipe mesure les pollutions de l'eau des rivières après les orages : détergents,"
        " pesticides, matières organiques, et leurs effets sur les poissons. Nous formons des"
        " pêcheurs et des écoles à prélever et à suivre la qualité de l'eau."
    ),
    "keywords": "qualité de l'eau, rivières, pollution, poissons, science participative",
    "outputs": "Suivi participatif d'une rivière après l'orage (2024)",
    "modes": ["participatory_research", "internship"],
    "city": "Rennes",
    "region": "Bretagne",
    "institution": "Université Blurfix",
    "person": "Alex Canarivage",
    "email": RESEARCHER_EMAIL,
    "consent": "yes",
}
RIVER = {f"cap-{n}" for n in ("116", "157", "034", "113", "216", "097", "001", "003")}
LINK = r"http://127\.0\.0\.1:\d+/{kind}/[^\s\"'<>?]+"


def link_in(mail: JsonMail, kind: str) -> str:
    """The link of a kind (confirm, answer, mine, unsubscribe) that a mail carries."""
    found = re.search(LINK.format(kind=kind), mail["text"])
    assert found, f"no {kind} link in:\n{mail['text']}"
    return found.group()


def river_samples(folder: Path) -> Path:
    """Eight of the sample capabilities, six of them about water, in a file of their own."""
    chosen = folder / "river.jsonl"
    lines = SAMPLES.read_text("utf-8").splitlines()
    chosen.write_text("\n".join(x for x in lines if json.loads(x)["id"] in RIVER), "utf-8")
    return chosen


async def until_true(
    holds: Callable[[], object], *, within_s: float = 30, what: str = "it"
) -> None:
    """Wait for an awaitable condition."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                value = holds()
                if await value if asyncio.iscoroutine(value) else value:
                    return
                await asyncio.sleep(0.1)
    except TimeoutError as late:
        raise AssertionError(f"{what} did not come true within {within_s} s") from late


async def metrics_page(stack: Stack, service: str) -> str:
    """What a service shows to Prometheus."""
    async with httpx.AsyncClient() as client:
        return (await client.get(stack.url(service) + "/metrics")).text


async def metric(stack: Stack, service: str, name: str, **labels: str) -> float:
    """The sum of a metric's samples with these labels."""
    families = text_string_to_metric_families(await metrics_page(stack, service))
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"passerelle_{service}_{name}" and labels.items() <= sample.labels.items()
    )


@dataclass
class Journey:
    """People in front of a running Passerelle."""

    stack: Stack
    browser: PaperBrowser

    async def load_samples(self, path: Path = SAMPLES) -> None:
        assert await self.stack.command("profiles", "load-samples", str(path)) == 0

    async def deposit(self, **changed: str | list[str]) -> Page:
        page = await self.browser.open(self.stack.url("profiles") + "/besoin")
        sent = await page.submit(page.form("title", "organisation_name"), **{**NEED, **changed})
        assert sent.status == 200, sent.text
        return sent

    async def register(self, **changed: str | list[str]) -> Page:
        page = await self.browser.open(self.stack.url("profiles") + "/offre")
        sent = await page.submit(page.form("title", "institution"), **{**RESEARCHER, **changed})
        assert sent.status == 200, sent.text
        return sent

    async def confirm(self, email: str = EMAIL) -> Page:
        (mail, *_) = await self.stack.mailbox.wait_for(to=email, within_s=60)
        page = await self.browser.open(link_in(mail, "confirm"))
        done = await page.submit(page.form())
        assert done.status == 200, done.text
        return done

    async def asked(self, count: int = 3) -> list[JsonMail]:
        """The proposals that researchers have received, oldest first."""
        mails: list[JsonMail] = []

        async def enough() -> bool:
            nonlocal mails
            mails = [m for m in await self.stack.mailbox.mails() if _is_proposal(m)]
            return len(mails) >= count

        await until_true(enough, within_s=90, what=f"{count} proposals")
        return sorted(mails, key=lambda mail: mail["received_at"])

    async def answer(self, mail: JsonMail, choice: str, **fields: str) -> Page:
        page = await self.browser.open(link_in(mail, "answer") + f"?choice={choice}")
        form = page.form("choice")
        return await page.submit(form, choice=choice, **fields)

    async def told(self, email: str, *, after: int, within_s: float = 60) -> JsonMail:
        """The newest mail to an address, once there are more than `after`."""
        return (await self.stack.mailbox.wait_for(to=email, count=after + 1, within_s=within_s))[0]

    async def nothing_more_than(self, mails: list[JsonMail], *, for_s: float = 3) -> None:
        """No mail comes for a while, which is longer than any of them takes."""
        await asyncio.sleep(for_s)
        assert len(await self.stack.mailbox.mails()) == len(mails)

    async def my_page(self, mail: JsonMail) -> Page:
        return await self.browser.open(link_in(mail, "mine"))


def _is_proposal(mail: JsonMail) -> bool:
    # Only researchers are offered to answer later in the mail itself.
    return "?choice=later" in mail["text"]
