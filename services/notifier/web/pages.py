"""How pages look: templates, languages, the headers that protect them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.notifier.domain.people import Language
from shared.runtime.i18n import Translator, preferred

TEMPLATES = Path(__file__).with_name("templates")
PROTECTION = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages in the reader's language."""

    catalogue: Mapping[str, Translator]
    site_url: str
    templates: Environment = field(default_factory=_environment)

    def language(self, request: Request, usual: Language | None = None) -> Language:
        """The language asked for in the address, else the reader's own, else the browser's."""
        match request.query_params.get("lang"):
            case "fr":
                return "fr"
            case "en":
                return "en"
            case _:
                pass
        if usual is not None:
            return usual
        browsers = preferred(request.headers.get("accept-language", ""))
        return "en" if browsers == "en" else "fr"

    def show(  # what a page is made of
        self,
        request: Request,
        template: str,
        *,
        language: Language,
        status: int = 200,
        **values: object,
    ) -> Response:
        """A page."""
        other = "en" if language == "fr" else "fr"
        html = self.templates.get_template(template).render(
            t=self.catalogue[language],
            other=other,
            here=request.url.path,
            switch_url=request.url.include_query_params(lang=other).query,
            site_url=self.site_url,
            **values,
        )
        return HTMLResponse(html, status, headers=PROTECTION)

    def say(
        self, request: Request, what: str, status: int, usual: Language | None = None
    ) -> Response:
        """A page of one message: `page.<what>`."""
        language = self.language(request, usual)
        t = self.catalogue[language]
        return self.show(
            request,
            "message.html",
            language=language,
            status=status,
            heading=t(f"page.{what}"),
            text=t(f"page.{what}_text"),
        )
