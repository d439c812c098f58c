"""The public site: its routes, and what answers when something is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.profiles.application.admit import NotAdmittedError
from services.profiles.application.change_capability import ChangeCapability
from services.profiles.application.confirm import Confirm
from services.profiles.application.describe_need import DescribeNeed
from services.profiles.application.erase import Erase
from services.profiles.application.read_declaration import ReadDeclaration
from services.profiles.application.read_described import ListDescribed, ReadDescribed
from services.profiles.application.read_page import ReadPage
from services.profiles.application.request_link import RequestLink
from services.profiles.application.submit import Submit
from services.profiles.application.withdraw_need import WithdrawNeed
from services.profiles.web.confirming import Confirming
from services.profiles.web.declaring import Declaring
from services.profiles.web.describing import Describing
from services.profiles.web.entrances import Entrance, MediationEntrance, PersonalEntrance
from services.profiles.web.erasing import Erasing
from services.profiles.web.mediating import Mediating
from services.profiles.web.middleware import Count, Counting, Headers
from services.profiles.web.pages import STATIC, Pages
from services.profiles.web.paths import PATHS, language_of
from services.profiles.web.personal import Personal
from services.profiles.web.visitors import Door
from shared.contracts.delivery import Clock, UnavailableError
from shared.runtime.tokens import ExpiredLinkError, InvalidLinkError

Handler = Callable[[Request], Awaitable[Response]]
STATUS_PAGES = (400, 404, 405, 413)


@dataclass(frozen=True, slots=True)
class Actions:
    """What visitors can do."""

    submit: Submit
    read_declaration: ReadDeclaration
    confirm: Confirm
    read_page: ReadPage
    withdraw: WithdrawNeed
    erase: Erase
    change: ChangeCapability
    read_described: ReadDescribed
    list_described: ListDescribed
    describe: DescribeNeed
    request_link: RequestLink
    clock: Clock


def make_site(pages: Pages, actions: Actions, door: Door, *, count: Count) -> list[BaseRoute]:
    """The site as routes; it answers everything that others do not."""
    trouble = Trouble(pages)
    app = Starlette(
        routes=[
            *_plain(pages),
            *Declaring(pages, actions.submit, actions.request_link, actions.clock).routes(),
            *Confirming(pages, door, actions.read_declaration, actions.confirm).routes(),
            *Erasing(pages, door, actions.read_page, actions.erase).routes(),
            *Personal(pages, door, actions.read_page, actions.withdraw, actions.change).routes(),
            *_described(pages, actions, PersonalEntrance(door)).routes(),
            *_described(pages, actions, MediationEntrance(door)).routes(),
            *Mediating(pages, MediationEntrance(door), actions.list_described).routes(),
            Route("/en", _to_english),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(Headers), Middleware(Counting, count=count)],
        exception_handlers={
            HTTPException: trouble.status,
            NotAdmittedError: trouble.no_such_page,
            InvalidLinkError: trouble.no_such_page,
            ExpiredLinkError: trouble.old_page,
            UnavailableError: trouble.unavailable,
            Exception: trouble.unexpected,
        },
    )
    return [Mount("/", app=app)]


def _described(pages: Pages, actions: Actions, entrance: Entrance) -> Describing:
    return Describing(pages, entrance, actions.read_described, actions.describe)


def _plain(pages: Pages) -> list[Route]:
    """The pages that only say something."""

    def shows(name: str) -> Handler:
        async def show(request: Request) -> Response:
            return pages.page(name, language_of(request.url.path))

        return show

    said = ("home", "privacy", "need_sent", "offer_sent", "link_sent")
    return [Route(path, shows(name)) for name in said for path in PATHS[name].values()]


async def _to_english(_: Request) -> Response:
    return RedirectResponse(PATHS["home"]["en"], 301)


class Trouble:
    """Pages for what is not there or does not work, in plain words."""

    def __init__(self, pages: Pages) -> None:
        """Answer with these pages."""
        self._pages = pages

    async def status(self, request: Request, error: Exception) -> Response:
        """An error of the visitor's side."""
        status = error.status_code if isinstance(error, HTTPException) else 400
        what = status if status in STATUS_PAGES else 400
        response = self._page(request, f"{what}", status)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    async def no_such_page(self, request: Request, _: Exception) -> Response:
        """A link that does not work, or not any more."""
        return self._page(request, "link", 404)

    async def old_page(self, request: Request, _: Exception) -> Response:
        """A link to somebody's page that is too old; a new one can be asked for."""
        return self._page(request, "old_page", 410)

    async def unavailable(self, request: Request, _: Exception) -> Response:
        """The database is away."""
        response = self._page(request, "503", 503)
        response.headers["Retry-After"] = "30"
        return response

    async def unexpected(self, request: Request, _: Exception) -> Response:
        """A defect of ours."""
        return self._page(request, "500", 500)

    def _page(self, request: Request, what: str, status: int) -> Response:
        language = request.query_params.get("lang", language_of(request.url.path))
        known = language if language in ("fr", "en") else "fr"
        return self._pages.private(request, "trouble", known, status=status, what=what)
