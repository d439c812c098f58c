"""Who comes in with a link, and which language they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request

from services.profiles.application.admit import Visitor
from services.profiles.domain.facilitator import Facilitator
from services.profiles.domain.party import Party
from shared.contracts.delivery import Clock
from shared.contracts.links import MEDIATION, PAGE, LinkKind
from shared.runtime.i18n import LANGUAGES
from shared.runtime.tokens import Links, Ticket

BEFORE_ALL_LINKS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Guest:
    """The holder of a link, and the declarations that it names."""

    visitor: Visitor
    need_id: UUID | None
    capability_id: UUID | None


class Door:
    """Reads links, and writes the one that leads from a confirmation to the personal page."""

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        """Read links signed with any of these keys."""
        self._links = Links(keys, clock)
        self._links_of_any_age = Links(keys, lambda: BEFORE_ALL_LINKS)
        self._clock = clock

    def guest(self, request: Request, kind: LinkKind) -> Guest:
        """Who holds the link in a request's address.

        Raises:
            InvalidLinkError: It is not ours, or for something else.
            ExpiredLinkError: It is too old.
        """
        return _guest(self._links.read(request.path_params["token"], kind.purpose))

    def former_guest(self, request: Request, kind: LinkKind) -> Guest:
        """The same, also where the link is too old."""
        return _guest(self._links_of_any_age.read(request.path_params["token"], kind.purpose))

    def page_of(self, party: Party) -> str:
        """The address of a party's personal page."""
        until = self._clock() + PAGE.lifetime
        return PAGE.path + self._links.sign(Ticket(PAGE.purpose, party.id, party.epoch, {}, until))

    def console_of(self, facilitator: Facilitator) -> str:
        """The address of the console for a facilitator."""
        until = self._clock() + MEDIATION.lifetime
        ticket = Ticket(MEDIATION.purpose, facilitator.id, facilitator.epoch, {}, until)
        return MEDIATION.path + self._links.sign(ticket)


def language_for(request: Request, own: str) -> str:
    """The language asked for in the address, or the visitor's own."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else own


def _guest(ticket: Ticket) -> Guest:
    visitor = Visitor(ticket.party_id, ticket.epoch)
    return Guest(visitor, ticket.ids.get("need"), ticket.ids.get("capability"))
