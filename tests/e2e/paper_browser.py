"""A browser without JavaScript: it reads pages and fills their forms."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urlencode, urljoin

import httpx
from typing_extensions import override

CHOSEN_LATER = {"checkbox", "radio"}
NOT_SENT = {"submit", "button", "reset", "image"}


@dataclass
class Form:
    """A form as the page gives it: where it goes, and what would be sent untouched."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    lookers: list[str] = field(default_factory=list)
    """Where buttons lead that send the form as a question (`formmethod="get"`)."""

    @property
    def names(self) -> set[str]:
        """Every field of the form."""
        return set(self.values) | set(self.choices)


class _Reader(HTMLParser):
    """Collects the forms and the visible words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self._textarea: str | None = None
        self._select: str | None = None
        self._hidden = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "template"}:
            self._hidden += 1
        elif tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").lower()))
        elif self.forms:
            self._field(tag, has)

    def _field(self, tag: str, has: dict[str, str]) -> None:
        form, name = self.forms[-1], has.get("name", "")
        if tag == "input":
            self._input(form, name, has)
        elif tag == "button" and has.get("formmethod") == "get":
            form.lookers.append(has.get("formaction", form.action))
        elif tag == "button":
            form.buttons.append((name, has.get("value", "")))
        elif tag == "textarea":
            form.values[name], self._textarea = [""], name
        elif tag == "select":
            form.choices.setdefault(name, [])
            self._select = name
        elif tag == "option" and self._select:
            form.choices[self._select].append(has.get("value", ""))
            if "selected" in has or self._select not in form.values:
                form.values[self._select] = [has.get("value", "")]

    def _input(self, form: Form, name: str, has: dict[str, str]) -> None:
        kind, value = has.get("type", "text"), has.get("value", "")
        if kind in NOT_SENT:
            form.buttons.append((name, value))
        elif kind in CHOSEN_LATER:
            form.choices.setdefault(name, []).append(value or "on")
            if "checked" in has:
                form.values.setdefault(name, []).append(value or "on")
        elif name:
            form.values[name] = [value]

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template"}:
            self._hidden -= 1
        elif tag == "textarea" and self._textarea is not None:
            kept = self.forms[-1].values[self._textarea][0]
            # As browsers do: the line break right after the tag is not content.
            self.forms[-1].values[self._textarea] = [kept.removeprefix("\n")]
            self._textarea = None
        elif tag == "select":
            self._select = None

    @override
    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.forms[-1].values[self._textarea][0] += data
        if self._hidden or not data.strip():
            return
        self.words.append(" ".join(data.split()))


@dataclass(frozen=True)
class Page:
    """What came back, and what is on it."""

    browser: "PaperBrowser"
    response: httpx.Response
    forms: list[Form]
    text: str

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def url(self) -> str:
        """Where redirections ended."""
        return str(self.response.url)

    def form(self, *names: str) -> Form:
        """The only form that has all these fields (and posts)."""
        found = [f for f in self.forms if f.method == "post" and set(names) <= f.names]
        assert len(found) == 1, f"{len(found)} forms with {names} on {self.url}: {self.text[:400]}"
        return found[0]

    async def submit(self, form: Form, **values: str | list[str]) -> "Page":
        """Fill these fields, leave the others as they are, press the first button."""
        filled = _filled(form, values)
        name, value = form.buttons[0] if form.buttons else ("", "")
        if name and name not in values:
            filled[name] = [value]
        address = urljoin(self.url, form.action) if form.action else self.url
        return await self.browser.post(address, filled)

    async def look(self, form: Form, **values: str | list[str]) -> "Page":
        """Fill these fields, leave the others as they are, press the button that only looks."""
        (address,) = form.lookers
        asked = urlencode(_filled(form, values), doseq=True)
        return await self.browser.open(f"{urljoin(self.url, address)}?{asked}")


def _filled(form: Form, values: Mapping[str, str | list[str]]) -> dict[str, list[str]]:
    unknown = set(values) - form.names
    assert not unknown, f"no such fields: {unknown}; there are {sorted(form.names)}"
    return {
        **form.values,
        **{name: value if isinstance(value, list) else [value] for name, value in values.items()},
    }


@dataclass
class PaperBrowser:
    """Opens pages and posts forms, without scripts or cookies."""

    client: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def opened(cls, language: str = "fr") -> AsyncGenerator[Self, None]:
        async with httpx.AsyncClient(
            follow_redirects=True, timeout=20, headers={"Accept-Language": language}
        ) as client:
            yield cls(client)

    async def open(self, url: str) -> Page:
        return self._page(await self.client.get(url))

    async def post(self, url: str, values: dict[str, list[str]]) -> Page:
        return self._page(await self.client.post(url, data=values))

    def _page(self, response: httpx.Response) -> Page:
        reader = _Reader()
        reader.feed(response.text)
        return Page(self, response, reader.forms, " ".join(reader.words))
