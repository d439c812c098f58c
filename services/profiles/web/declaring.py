"""The forms in which people say what they need, what they offer, or that a link is lost."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4  # noqa: TID251  # a form is born here

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.profiles.application.request_link import RequestLink
from services.profiles.application.submit import Submit
from services.profiles.web import capability_form, need_form
from services.profiles.web.fields import Fields, read_fields
from services.profiles.web.pages import HERE, Pages
from services.profiles.web.paths import PATHS, language_of
from shared.contracts.delivery import Clock, UnavailableError
from shared.contracts.vocabularies import disciplines, modes, organisation_types, themes

REGIONS = (HERE / "regions.txt").read_text("utf-8").splitlines()
HONEYPOT = "homepage"
WRONG, AWAY = 422, 503


class Declaring:
    """Shows the forms and takes what they send."""

    def __init__(
        self, pages: Pages, submit: Submit, request_link: RequestLink, clock: Clock
    ) -> None:
        """Answer with these pages and use cases."""
        self._pages = pages
        self._submit = submit
        self._request_link = request_link
        self._clock = clock

    def routes(self) -> list[Route]:
        """The addresses of the forms."""
        taking = {"need": self.need, "offer": self.offer, "link": self.link}
        return [
            Route(path, take, methods=["GET", "POST"])
            for name, take in taking.items()
            for path in PATHS[name].values()
        ]

    async def need(self, request: Request) -> Response:
        """The form for a need."""
        if request.method != "POST":
            return self._form(request, "need", Fields())
        fields = await read_fields(request)
        form_id, language = fields.form_id() or _new_id(), language_of(request.url.path)
        said = need_form.read_need(fields, form_id, language, self._clock().date())
        if fields.value(HONEYPOT):
            return _sent("need_sent", language)
        if fields.problems:
            return self._form(request, "need", fields, status=WRONG)
        try:
            await self._submit.need(said)
        except UnavailableError:
            return self._form(request, "need", fields, status=AWAY)
        return _sent("need_sent", language)

    async def offer(self, request: Request) -> Response:
        """The form for a capability."""
        if request.method != "POST":
            return self._form(request, "offer", Fields())
        fields = await read_fields(request)
        form_id, language = fields.form_id() or _new_id(), language_of(request.url.path)
        said = capability_form.read_capability(fields, form_id, language)
        if fields.value(HONEYPOT):
            return _sent("offer_sent", language)
        if fields.problems:
            return self._form(request, "offer", fields, status=WRONG)
        try:
            await self._submit.capability(said)
        except UnavailableError:
            return self._form(request, "offer", fields, status=AWAY)
        return _sent("offer_sent", language)

    async def link(self, request: Request) -> Response:
        """The form for a lost link; the answer never tells whether an address is known."""
        if request.method != "POST":
            return self._form(request, "link", Fields())
        fields = await read_fields(request)
        email = fields.email("email")
        if fields.problems:
            return self._form(request, "link", fields, status=WRONG)
        try:
            if not fields.value(HONEYPOT):
                await self._request_link(email)
        except UnavailableError:
            return self._form(request, "link", fields, status=AWAY)
        return _sent("link_sent", language_of(request.url.path))

    def _form(self, request: Request, name: str, fields: Fields, *, status: int = 200) -> Response:
        language = language_of(request.url.path)
        form_id = fields.form_id() or _new_id()
        context = {"fields": fields, "form_id": form_id, "away": status == AWAY, **_choices(name)}
        return self._pages.page(name, language, status=status, **context)


def _sent(name: str, language: str) -> Response:
    return RedirectResponse(PATHS[name][language], 303)


def _new_id() -> UUID:
    return uuid4()


def _choices(name: str) -> Mapping[str, Any]:
    """What a form lets people choose from, and its limits."""
    match name:
        case "need":
            return {
                "themes": themes().values(),
                "modes": modes().values(),
                "organisation_types": organisation_types().values(),
                "visibilities": need_form.VISIBILITIES,
                "regions": REGIONS,
                "limits": need_form,
            }
        case "offer":
            return {
                "disciplines": disciplines().values(),
                "modes": [modes()[mode] for mode in capability_form.OFFERED_MODES],
                "regions": REGIONS,
                "limits": capability_form,
            }
        case _:
            return {}
