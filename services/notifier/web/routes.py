"""Addresses of the answer pages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.notifier.application.answer_proposal import AnswerProposal
from services.notifier.application.ports import Begin
from services.notifier.application.stop_proposals import StopProposals
from services.notifier.web.answering import Answering
from services.notifier.web.pages import Pages
from services.notifier.web.stopping import Stopping
from services.notifier.web.visitor import Doorkeeper, TurnedAwayError
from shared.contracts.delivery import Clock
from shared.runtime.postgres import PASSING_ERRORS
from shared.runtime.tokens import Links

STATIC = Path(__file__).with_name("static")
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages work with.

    Attributes:
        read: Begins transactions that cannot change anything: all that GET gets.
        ring: Wakes the workers after an answer.
    """

    pages: Pages
    links: Links
    read: Begin
    answer: AnswerProposal
    stop: StopProposals
    clock: Clock
    clock_speed: float
    ring: Callable[[], None]


def routes(site: Site) -> list[BaseRoute]:
    """The pages behind the links in mails."""
    door = Doorkeeper(site.links, site.read)
    answering = Answering(
        site.pages, door, site.read, site.answer, site.clock, site.clock_speed, site.ring
    )
    stopping = Stopping(site.pages, door, site.stop, site.ring)

    async def not_found(request: Request) -> Response:
        return site.pages.say(request, "not_found", 404)

    guarded = [
        ("/answer/{token}", "GET", answering.show),
        ("/answer/{token}", "POST", answering.take),
        ("/answer/{token}/undo", "POST", answering.undo),
        ("/unsubscribe/{token}", "GET", stopping.show),
        ("/unsubscribe/{token}", "POST", stopping.take),
    ]
    return [
        *[
            Route(path, _guarded(handler, site.pages), methods=[method])
            for path, method, handler in guarded
        ],
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/{rest:path}", not_found),
    ]


def _guarded(handler: Handler, pages: Pages) -> Handler:
    """Answer what cannot go on with a page that says so."""

    @wraps(handler)
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except TurnedAwayError as away:
            return pages.say(request, away.what, away.status, away.language)
        except PASSING_ERRORS:
            return pages.say(request, "trouble", 503)

    return guarded
