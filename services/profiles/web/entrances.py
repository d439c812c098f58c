"""How those who may describe needs come in."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from services.profiles.application.describe_need import Author, Invited
from services.profiles.domain.reading import Origin
from services.profiles.web.visitors import Door
from shared.contracts.links import MEDIATION, PAGE, LinkKind


class Entrance(Protocol):
    """A kind of link, and who holds one."""

    @property
    def kind(self) -> LinkKind:
        """The links that open it."""
        ...

    @property
    def origin(self) -> Origin:
        """As whom they speak who come in."""
        ...

    def author(self, request: Request) -> Author:
        """Who comes in.

        Raises:
            InvalidLinkError: The link is not ours, or for something else.
            ExpiredLinkError: It is too old.
        """
        ...

    def home(self, request: Request) -> str:
        """The address of the page that all others lead back to."""
        ...


@dataclass(frozen=True, slots=True)
class PersonalEntrance:
    """Organisations, by the link to their personal page."""

    door: Door
    kind: LinkKind = PAGE
    origin: Origin = Origin.ORGANISATION

    def author(self, request: Request) -> Author:
        """The party whose page it is."""
        return self.door.guest(request, self.kind).visitor

    def home(self, request: Request) -> str:
        """The personal page."""
        return f"{self.kind.path}{request.path_params['token']}"


@dataclass(frozen=True, slots=True)
class MediationEntrance:
    """Facilitators, by the link that an operator gave them."""

    door: Door
    kind: LinkKind = MEDIATION
    origin: Origin = Origin.FACILITATOR

    def author(self, request: Request) -> Invited:
        """The facilitator who was invited."""
        visitor = self.door.guest(request, self.kind).visitor
        return Invited(visitor.party_id, visitor.epoch)

    def home(self, request: Request) -> str:
        """The list of needs."""
        return f"{self.kind.path}{request.path_params['token']}"
