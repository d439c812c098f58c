"""Continuous work: organisations, researchers and answers, in front of pages that fail at times."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from math import inf
from random import Random
from uuid import UUID

import httpx

from shared.contracts.event import derived_id
from tests.e2e.paper_browser import Page, PaperBrowser
from tests.reliability.storm.characters import (
    ORGANISATIONS,
    RESEARCHERS,
    Character,
    character,
    need_of,
    offer_of,
)
from tests.reliability.storm.post import Arrived, Post
from tests.reliability.storm.told import Deed, Ledger, Said

OK, SEE_OTHER, TROUBLE, TOO_LATE = 200, 303, 500, 409
REPEATABLE = set(Deed) - {Deed.SENT_NEED, Deed.SENT_OFFER, Deed.ANSWERED}
"""What a page no longer offers once it is done: coming back finds it done."""
AGAIN_S = (0.3, 1.5)
PATIENCE_S = 120.0
"""Once everything works again; nobody gives up while it does not."""
PROPOSAL_HAS = "?choice=later"
ANSWERS = {"accept": 60, "decline": 20, "later": 8, "": 12}
WITHDRAW, PAUSE = 0.1, 0.2


class GaveUpError(Exception):
    """Someone tried for too long."""


@dataclass
class People:
    """Everybody, and what they were told."""

    site: str
    browser: PaperBrowser
    post: Post
    dice: Random
    ledger: Ledger = field(default_factory=Ledger)
    resting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when nobody begins anything new."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _answered: set[UUID] = field(default_factory=set)
    _patient_until: float = inf

    async def organisation(self) -> None:
        """Send a need, confirm it, and at times take it back."""
        who = character(ORGANISATIONS, next(self._numbers))
        need = await self._declared("/besoin", "organisation_name", need_of(who, self.dice), "need")
        await self._done(Said(Deed.CONFIRMED_NEED, need), lambda: self._confirm(who))
        if self.dice.random() < WITHDRAW:
            await self._done(Said(Deed.WITHDREW_NEED, need), lambda: self._wish(who, "/withdraw"))

    async def researcher(self) -> None:
        """Send an offer, confirm it, and at times pause it for a moment."""
        who = character(RESEARCHERS, next(self._numbers))
        offer = await self._declared(
            "/offre", "institution", offer_of(who, self.dice), "capability"
        )
        await self._done(Said(Deed.CONFIRMED_OFFER, offer), lambda: self._confirm(who))
        if self.dice.random() < PAUSE:
            await self._done(Said(Deed.PAUSED_OFFER, offer), lambda: self._wish(who, "/pause"))
            await self._done(Said(Deed.RESUMED_OFFER, offer), lambda: self._wish(who, "/resume"))

    async def answer_everything(self) -> None:
        """Answer each mail that asks something, once; some are left alone."""
        for mail in self.post.look():
            if "/answer/" in mail.text and mail.id not in self._answered:
                self._answered.add(mail.id)
                chosen = self.dice.choices(list(ANSWERS), list(ANSWERS.values()))[0]
                if chosen == "later" and PROPOSAL_HAS not in mail.text:
                    chosen = "accept"
                if chosen:
                    await self._done(
                        Said(Deed.ANSWERED, mail.id, chosen),
                        lambda mail=mail, chosen=chosen: self._answer(mail, chosen),  # type: ignore[misc]
                    )

    async def _declared(
        self, path: str, known_by: str, typed: dict[str, str | list[str]], kind: str
    ) -> UUID:
        page = await self._opened(self.site + path)
        form = page.form("title", known_by)
        declared = derived_id(UUID(form.values["form_id"][0]), kind)
        deed = Deed.SENT_NEED if kind == "need" else Deed.SENT_OFFER
        await self._done(Said(deed, declared), lambda: page.submit(form, **typed))
        return declared

    async def _confirm(self, who: Character) -> Page:
        link = await self._link(who, "confirm")
        page = await self._opened(link)
        forms = [form for form in page.forms if form.method == "post"]
        return await page.submit(forms[0]) if forms else page

    async def _wish(self, who: Character, ending: str) -> Page:
        page = await self._opened(await self._link(who, "mine"))
        forms = [form for form in page.forms if form.action.partition("?")[0].endswith(ending)]
        return await page.submit(forms[0]) if forms else page

    async def _answer(self, mail: Arrived, choice: str) -> Page:
        page = await self._opened(_link_in(mail, "answer") + f"?choice={choice}")
        forms = [form for form in page.forms if "choice" in form.names]
        if not forms:  # it is over, or this very answer was taken
            return page
        reason = {"reason": "no_capacity"} if choice == "decline" else {}
        return await page.submit(forms[0], choice=choice, **reason)

    async def _link(self, who: Character, kind: str) -> str:
        while self._is_patient():
            for mail in self.post.look():
                if mail.to == who.email and f"/{kind}/" in mail.text:
                    return _link_in(mail, kind)
            await asyncio.sleep(0.3)
        raise GaveUpError(f"no {kind} mail for {who.mark}")

    def rest(self) -> None:
        """Everything works again: nobody begins anything new."""
        self.resting.set()
        self._patient_until = time.monotonic() + PATIENCE_S

    def _is_patient(self) -> bool:
        return time.monotonic() < self._patient_until

    async def _opened(self, url: str) -> Page:
        return await self._tried(lambda: self.browser.open(url), url.rpartition("/")[0])

    async def _done(self, said: Said, do: Callable[[], Awaitable[Page]]) -> None:
        """Do something until the system says that it is done."""
        self.ledger.tried.add(said)
        page = await self._tried(do, said.deed)
        shows_it_done = page.status == OK and said.deed in REPEATABLE
        if page.status == SEE_OTHER or shows_it_done:
            self.ledger.said.append(said)
        elif said.deed is not Deed.ANSWERED or page.status not in (OK, TOO_LATE):
            self.ledger.odd.append(f"{said.deed} {said.answer}: {page.status} {page.text[:200]}")

    async def _tried(self, do: Callable[[], Awaitable[Page]], what: str) -> Page:
        while self._is_patient():
            try:
                page = await do()
            except httpx.TransportError:
                pass
            else:
                if page.status < TROUBLE:
                    return page
            self.ledger.retries += 1
            await asyncio.sleep(self.dice.uniform(*AGAIN_S))
        raise GaveUpError(what)


def _link_in(mail: Arrived, kind: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:\d+/{kind}/[^\s\"'<>?]+", mail.text)
    assert found, mail.text
    return found.group()
