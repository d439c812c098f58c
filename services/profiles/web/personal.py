"""A party's own page: where its needs stand, and what it can take back, pause or retire."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.profiles.application.admit import Visitor
from services.profiles.application.change_capability import (
    ChangeCapability,
    Pause,
    Resume,
    Retire,
    Wish,
)
from services.profiles.application.read_page import ReadPage
from services.profiles.application.withdraw_need import WithdrawNeed
from services.profiles.domain.capability import LONGEST_PAUSE_WEEKS
from services.profiles.web.described import options_of, questions_of
from services.profiles.web.fields import read_fields
from services.profiles.web.pages import Pages
from services.profiles.web.visitors import Door, language_for
from shared.contracts.links import PAGE

SEE_OTHER = 303
DONE = (
    "confirmed",
    "withdrawn",
    "paused",
    "resumed",
    "retired",
    "erased",
    "subjects",
    "questions",
)
WEEKS = (2, 4, 8, 12, 26)


class Personal:
    """Shows a party its page, and does what it wishes there."""

    def __init__(
        self,
        pages: Pages,
        door: Door,
        read: ReadPage,
        withdraw: WithdrawNeed,
        change: ChangeCapability,
    ) -> None:
        """Answer with these pages and use cases."""
        self._pages = pages
        self._door = door
        self._read = read
        self._withdraw = withdraw
        self._change = change

    def routes(self) -> list[Route]:
        """The addresses of personal pages."""
        page = f"{PAGE.path}{{token}}"
        return [
            Route(page, self.show),
            Route(f"{page}/needs/{{id:uuid}}/withdraw", self.withdraw, methods=["POST"]),
            Route(f"{page}/capabilities/{{id:uuid}}/{{wish}}", self.change, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page as it is now."""
        page = await self._read(self._visitor(request))
        done = request.query_params.get("done", "")
        return self._pages.private(
            request,
            "mine",
            language_for(request, page.party.contact.language),
            page=page,
            here=f"{PAGE.path}{request.path_params['token']}",
            done=done if done in DONE else "",
            weeks=WEEKS,
            options_of=options_of,
            questions_of=questions_of,
        )

    async def withdraw(self, request: Request) -> Response:
        """Take a need back."""
        await self._withdraw(self._visitor(request), request.path_params["id"])
        return self._back(request, "withdrawn")

    async def change(self, request: Request) -> Response:
        """Pause, resume or retire a capability."""
        visitor = self._visitor(request)
        capability_id: UUID = request.path_params["id"]
        done, wish = await _wish(request)
        await self._change(visitor, capability_id, wish)
        return self._back(request, done)

    def _visitor(self, request: Request) -> Visitor:
        return self._door.guest(request, PAGE).visitor

    def _back(self, request: Request, done: str) -> Response:
        language = language_for(request, "fr")
        token = request.path_params["token"]
        return RedirectResponse(f"{PAGE.path}{token}?done={done}&lang={language}", SEE_OTHER)


async def _wish(request: Request) -> tuple[str, Wish]:
    match request.path_params["wish"]:
        case "pause":
            fields = await read_fields(request)
            weeks = fields.number("weeks", least=1, most=LONGEST_PAUSE_WEEKS, default=4)
            return "paused", Pause(weeks)
        case "resume":
            return "resumed", Resume()
        case "retire":
            return "retired", Retire()
        case _:
            raise HTTPException(404)
