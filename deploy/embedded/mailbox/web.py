"""The web side: the list of mails, one mail, and the same as JSON."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypedDict

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from deploy.embedded.mailbox.faults import Fault, FaultKind, Faults
from deploy.embedded.mailbox.sink import Completed
from deploy.embedded.mailbox.store import Mail, Store
from shared.runtime.i18n import Translator

JsonCompleted = TypedDict(
    "JsonCompleted",
    {"from": str, "to": list[str], "message_id": str, "subject": str, "reply": str | None},
)

_HERE = Path(__file__).parent
_VIEWS = ("html", "text", "raw")
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_MAIL_POLICY = (
    f"sandbox {_SANDBOX}; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; form-action 'none'"
)
_PAGE_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HEAD = re.compile(r"<head(\s[^>]*)?>", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?]")
_LANGUAGE_COOKIE = "mailbox-language"
_NEW_TAB = '<base target="_blank">'


@dataclass(frozen=True, slots=True)
class Controls:
    """What only tests may reach: faults to plan, and the truth about what came in."""

    faults: Faults
    completed: Sequence[Completed]


def web_page(store: Store, controls: Controls | None = None) -> Starlette:
    """The pages and the JSON API of a mailbox."""
    pages = _Pages(store)
    routes = [
        Route("/", pages.list),
        Route("/mails/{mail_id}", pages.mail),
        Route("/mails/{mail_id}/html", pages.content),
        Route("/api/mails", pages.as_json),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    if controls is not None:
        control = _Control(controls)
        routes += [
            Route("/api/faults", control.add, methods=["POST"]),
            Route("/api/faults", control.clear, methods=["DELETE"]),
            Route("/api/completed", control.completed),
        ]
    return Starlette(routes=routes)


class _Pages:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._labels = tomllib.loads((_HERE / "labels.toml").read_text())
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._templates.filters["linked"] = _linked

    async def list(self, request: Request) -> Response:
        return self._show("list.html", request, mails=self._store.mails())

    async def mail(self, request: Request) -> Response:
        mail = self._found(request)
        if mail is None:
            return self._show("not_found.html", request, status=404)
        usual = "html" if mail.html else "text"
        asked = request.query_params.get("view", usual)
        view = asked if asked in _VIEWS else usual
        source = mail.raw.decode(errors="replace")
        return self._show(
            "mail.html",
            request,
            mail=mail,
            view=view,
            views=_VIEWS,
            sandbox=_SANDBOX,
            source=source,
        )

    async def content(self, request: Request) -> Response:
        """The HTML of a mail as it is, but that its links open in a new tab."""
        mail = self._found(request)
        if mail is None or not mail.html:
            return self._show("not_found.html", request, status=404)
        html, is_placed = _HEAD.subn(lambda head: head[0] + _NEW_TAB, mail.html, count=1)
        return HTMLResponse(
            html if is_placed else _NEW_TAB + html,
            headers={"Content-Security-Policy": _MAIL_POLICY, "Referrer-Policy": "no-referrer"},
        )

    async def as_json(self, request: Request) -> Response:
        mails = self._store.mails(to=request.query_params.get("to", ""))
        return JSONResponse([mail.as_json() for mail in mails])

    def _found(self, request: Request) -> Mail | None:
        return self._store.get(request.path_params["mail_id"])

    def _show(
        self, template: str, request: Request, *, status: int = 200, **values: object
    ) -> Response:
        language = _language(request)
        other = "en" if language == "fr" else "fr"
        page = self._templates.get_template(template).render(
            say=self._labels[language],
            language=language,
            other=other,
            local=partial(_local, Translator(language, {})),
            **values,
        )
        answer = HTMLResponse(
            page,
            status,
            headers={"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-store"},
        )
        if "lang" in request.query_params:
            # Cookies are shared by all ports of a host: the services have theirs.
            answer.set_cookie(_LANGUAGE_COOKIE, language, samesite="lax")
        return answer


class _Control:
    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    async def add(self, request: Request) -> Response:
        asked = await request.json()
        fault = Fault(FaultKind(asked["kind"]), asked.get("times", 1), asked.get("to", ""))
        self._controls.faults.add(fault)
        return Response(status_code=204)

    async def clear(self, _: Request) -> Response:
        self._controls.faults.clear()
        return Response(status_code=204)

    async def completed(self, _: Request) -> Response:
        return JSONResponse([_completed_as_json(mail) for mail in self._controls.completed])


def _completed_as_json(mail: Completed) -> JsonCompleted:
    content = Mail("0", mail.content)
    return {
        "from": mail.sender,
        "to": list(mail.recipients),
        "message_id": content.message_id,
        "subject": content.subject,
        "reply": mail.reply,
    }


def _language(request: Request) -> str:
    """French, unless English was chosen or is what the browser prefers."""
    chosen = request.query_params.get("lang") or request.cookies.get(_LANGUAGE_COOKIE)
    if chosen in {"fr", "en"}:
        return chosen
    wanted = re.findall(r"\b(fr|en)\b", request.headers.get("accept-language", "").lower())
    return wanted[0] if wanted else "fr"


def _local(translate: Translator, moment: datetime) -> str:
    here = moment.astimezone()
    return f"{translate.day(here.date())}, {here:%H:%M (%Z)}"


def _linked(text: str) -> Markup:
    """The text with its web addresses as links."""
    parts = []
    end = 0
    for link in _LINK.finditer(text):
        anchor = Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(link[0])
        parts += [Markup.escape(text[end : link.start()]), anchor]
        end = link.end()
    return Markup().join([*parts, Markup.escape(text[end:])])
