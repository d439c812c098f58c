"""The facilitators' console: the published needs, and where to say what each is about."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.profiles.application.read_described import ListDescribed
from services.profiles.web.described import questions_of
from services.profiles.web.entrances import MediationEntrance
from services.profiles.web.pages import Pages
from services.profiles.web.visitors import language_for

MOST_NEEDS = 100
DONE = ("subjects", "questions")


class Mediating:
    """Shows facilitators the published needs, never who asks."""

    def __init__(self, pages: Pages, entrance: MediationEntrance, listed: ListDescribed) -> None:
        """Answer with these pages and use cases."""
        self._pages = pages
        self._entrance = entrance
        self._list = listed

    def routes(self) -> list[Route]:
        """The address of the console."""
        return [Route(f"{self._entrance.kind.path}{{token}}", self.show)]

    async def show(self, request: Request) -> Response:
        """The newest needs."""
        author = self._entrance.author(request)
        done = request.query_params.get("done", "")
        return self._pages.private(
            request,
            "mediation",
            language_for(request, "fr"),
            listed=await self._list(author, at_most=MOST_NEEDS),
            here=self._entrance.home(request),
            done=done if done in DONE else "",
            questions_of=questions_of,
        )
