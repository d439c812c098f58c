"""Templates filled with texts of the reader's language."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.profiles.web.fields import Fields
from services.profiles.web.paths import OTHER, PATHS
from shared.runtime.i18n import Translator

HERE = Path(__file__).parent
STATIC = HERE / "static"
PLACE = ZoneInfo("Europe/Paris")


class Pages:
    """Renders the pages of the site."""

    def __init__(self, catalogue: Mapping[str, Translator], contact_email: str) -> None:
        """Compile nothing yet; templates are read when first used."""
        self._catalogue = catalogue
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "static": _versions(),
            "contact_email": contact_email,
            "local": lambda moment: moment.astimezone(PLACE),
        }

    def page(self, name: str, language: str, *, status: int = 200, **context: object) -> Response:
        """A page that has an address in each language."""
        other = PATHS[name][OTHER[language]]
        return self._render(name, language, status, {"switch": other, **context})

    def private(
        self, request: Request, name: str, language: str, *, status: int = 200, **context: object
    ) -> Response:
        """A page behind a link, or one without an address of its own."""
        switch = f"?lang={OTHER[language]}" if request.method in ("GET", "HEAD") else ""
        return self._render(name, language, status, {"switch": switch, **context})

    def _render(
        self, name: str, language: str, status: int, context: Mapping[str, Any]
    ) -> Response:
        translate = self._catalogue[language]
        html = self._environment.get_template(f"{name}.html").render(
            t=translate,
            language=language,
            url={page: paths[language] for page, paths in PATHS.items()},
            problem=lambda fields, field: _problem(translate, fields, field),
            moment=lambda moment: _moment(translate, moment),
            **context,
        )
        return HTMLResponse(html, status)


def _problem(translate: Translator, fields: Fields, name: str) -> str:
    """The sentence that says what is wrong with a field and what was expected; empty if nothing."""
    problem = fields.problems.get(name)
    if problem is None:
        return ""
    own, common = f"problem.{name}.{problem.kind}", f"problem.{problem.kind}"
    return translate(own if translate.has(own) else common, **problem.values)


def _moment(translate: Translator, moment: datetime) -> str:
    """A day and a time to the minute, where the people are."""
    there = moment.astimezone(PLACE)
    return f"{translate.day(there.date())}, {there:%H:%M}"


def _versions() -> dict[str, str]:
    """The address of each static file; it changes with the content, so caches never lie."""
    return {
        path.name: f"/static/{path.name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        for path in STATIC.iterdir()
        if path.is_file()
    }
