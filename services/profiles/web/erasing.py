"""Erasing from a personal page: one need, one offer, or everything; only a button does it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.profiles.application.admit import Visitor
from services.profiles.application.erase import Erase
from services.profiles.application.read_page import ReadPage
from services.profiles.web.fields import Fields, read_fields
from services.profiles.web.pages import Pages
from services.profiles.web.visitors import Door, language_for
from shared.contracts.links import PAGE

SEE_OTHER, UNPROCESSABLE = 303, 422


class Erasing:
    """Says what would go and what would stay, and erases."""

    def __init__(self, pages: Pages, door: Door, read: ReadPage, erase: Erase) -> None:
        """Answer with these pages and use cases."""
        self._pages = pages
        self._door = door
        self._read = read
        self._erase = erase

    def routes(self) -> list[Route]:
        """The addresses of what can be erased."""
        page = f"{PAGE.path}{{token}}"
        return [
            Route(f"{page}/erase", self.everything, methods=["GET", "POST"]),
            Route(f"{page}/needs/{{id:uuid}}/erase", self.need, methods=["POST"]),
            Route(f"{page}/capabilities/{{id:uuid}}/erase", self.capability, methods=["POST"]),
        ]

    async def need(self, request: Request) -> Response:
        """Erase a need."""
        return await self._one(request, self._erase.need)

    async def capability(self, request: Request) -> Response:
        """Erase a capability."""
        return await self._one(request, self._erase.capability)

    async def everything(self, request: Request) -> Response:
        """Say what would be erased; with a tick and the button, erase it."""
        visitor = self._visitor(request)
        page = await self._read(visitor)
        language = language_for(request, page.party.contact.language)
        fields = Fields()
        if request.method == "POST":
            fields = await read_fields(request)
            fields.tick("sure", required=True)
            if not fields.problems:
                erased = await self._erase.everything(visitor)
                return self._pages.private(request, "erased", language, erased=erased)
        return self._pages.private(
            request,
            "erase",
            language,
            status=UNPROCESSABLE if fields.problems else 200,
            page=page,
            fields=fields,
            here=f"{PAGE.path}{request.path_params['token']}",
        )

    async def _one(
        self, request: Request, erase: Callable[[Visitor, UUID], Awaitable[None]]
    ) -> Response:
        await erase(self._visitor(request), request.path_params["id"])
        language, token = language_for(request, "fr"), request.path_params["token"]
        return RedirectResponse(f"{PAGE.path}{token}?done=erased&lang={language}", SEE_OTHER)

    def _visitor(self, request: Request) -> Visitor:
        return self._door.guest(request, PAGE).visitor
