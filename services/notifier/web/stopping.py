"""Unsubscribing: one POST, from a mail program or from the page's button."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from services.notifier.application.stop_proposals import StopProposals
from services.notifier.domain.people import Party
from services.notifier.web.pages import Pages
from services.notifier.web.visitor import Doorkeeper, fields
from shared.contracts.links import UNSUBSCRIBE


@dataclass(frozen=True, slots=True)
class Stopping:
    """The page at `/unsubscribe/<token>`."""

    pages: Pages
    door: Doorkeeper
    stop: StopProposals
    ring: Callable[[], None]

    async def show(self, request: Request) -> Response:
        """Show whether the party is written to."""
        visitor = await self.door.admit(request, UNSUBSCRIBE)
        return self._page(request, visitor.party)

    async def take(self, request: Request) -> Response:
        """Stop, or write again; mail programs post `List-Unsubscribe=One-Click` (RFC 8058)."""
        visitor = await self.door.admit(request, UNSUBSCRIBE)
        resumes = (await fields(request)).get("action") == "resume"
        if resumes:
            await self.stop.resume(visitor.party.id)
        else:
            await self.stop(visitor.party.id)
        self.ring()
        return self._page(request, replace(visitor.party, stopped=not resumes))

    def _page(self, request: Request, party: Party) -> Response:
        return self.pages.show(
            request,
            "stop.html",
            language=self.pages.language(request, party.language),
            stopped=party.stopped,
            role="organisation" if party.is_organisation else "researcher",
        )
