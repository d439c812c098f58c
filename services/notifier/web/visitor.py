"""Who comes through a link, and whether the link still counts."""

from dataclasses import dataclass

from starlette.requests import Request

from services.notifier.application.ports import Begin
from services.notifier.domain.people import Language, Party
from shared.contracts.links import LinkKind
from shared.runtime.tokens import ExpiredLinkError, InvalidLinkError, Links, Ticket

LARGEST_FORM = 16_000
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class TurnedAwayError(Exception):
    """The visit ends with a page that says why: `page.<what>`."""

    def __init__(self, what: str, status: int, language: Language | None = None) -> None:
        """Say which page, with which status, in which language if known."""
        super().__init__(what)
        self.what, self.status, self.language = what, status, language


@dataclass(frozen=True, slots=True)
class Visitor:
    """A party that came through one of its links."""

    ticket: Ticket
    party: Party


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Reads links; a party that raised its epoch has revoked the earlier ones."""

    links: Links
    read: Begin

    async def admit(self, request: Request, kind: LinkKind) -> Visitor:
        """Who comes.

        Raises:
            TurnedAwayError: The link is not ours, too old, revoked, or its party is gone.
        """
        try:
            ticket = self.links.read(request.path_params["token"], kind.purpose)
        except InvalidLinkError as invalid:
            raise TurnedAwayError("not_found", 404) from invalid
        except ExpiredLinkError as expired:
            raise TurnedAwayError("expired", 410) from expired
        async with self.read() as work:
            party = await work.parties.get(ticket.party_id)
        if party is None or party.erased:
            raise TurnedAwayError("expired", 410)
        if ticket.epoch < party.epoch:
            raise TurnedAwayError("expired", 410, party.language)
        return Visitor(ticket, party)


async def fields(request: Request) -> dict[str, str]:
    """The fields of a posted form; files and repeated fields are ignored.

    Raises:
        TurnedAwayError: It is larger than any of our forms, or its size is not known.
    """
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > LARGEST_FORM:
        raise TurnedAwayError("not_found", 413)
    if not request.headers.get("content-type", "").startswith(FORMS):
        return {}
    async with request.form(max_files=0, max_fields=20) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
