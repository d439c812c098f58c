"""The page behind the link in a confirmation mail: looking changes nothing, the button does."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.profiles.application.confirm import Confirm
from services.profiles.application.read_declaration import Declaration, ReadDeclaration
from services.profiles.domain import capability as capabilities
from services.profiles.domain import need as needs
from services.profiles.domain.need import Need, TooLateError
from services.profiles.web.pages import Pages
from services.profiles.web.visitors import Door, Guest, language_for
from shared.contracts.links import CONFIRM
from shared.runtime.tokens import ExpiredLinkError

SEE_OTHER, GONE = 303, 410
_WAITING = needs.Submitted | capabilities.Submitted
_ERASED = needs.Expired | capabilities.Expired


class Confirming:
    """Shows what waits for confirmation, and confirms it."""

    def __init__(self, pages: Pages, door: Door, read: ReadDeclaration, confirm: Confirm) -> None:
        """Answer with these pages and use cases."""
        self._pages = pages
        self._door = door
        self._read = read
        self._confirm = confirm

    def routes(self) -> list[Route]:
        """The addresses of confirmations."""
        return [
            Route(f"{CONFIRM.path}{{token}}", self.answer, methods=["GET", "POST"]),
            Route(f"{CONFIRM.path}{{token}}/again", self.again, methods=["POST"]),
        ]

    async def answer(self, request: Request) -> Response:
        """Show what would be confirmed, or confirm it; an old link leads to a new one."""
        try:
            guest = self._door.guest(request, CONFIRM)
        except ExpiredLinkError:
            old = self._door.former_guest(request, CONFIRM)
            return await self._shown(request, old, expired=True)
        if request.method == "POST":
            return await self._confirmed(request, guest)
        return await self._shown(request, guest, expired=False)

    async def again(self, request: Request) -> Response:
        """Have a new link sent."""
        guest = self._door.former_guest(request, CONFIRM)
        preview = await self._read(guest.visitor, _about(guest))
        language = language_for(request, preview.declared.language)
        try:
            await self._confirm.again(guest.visitor, _about(guest))
        except TooLateError:
            return self._said(request, "erased", language, status=GONE)
        return self._said(request, "again", language)

    async def _confirmed(self, request: Request, guest: Guest) -> Response:
        try:
            party = await self._confirm(guest.visitor, _about(guest))
        except TooLateError:
            return self._said(request, "erased", language_for(request, "fr"), status=GONE)
        language = language_for(request, party.contact.language)
        page = f"{self._door.page_of(party)}?done=confirmed&lang={language}"
        return RedirectResponse(page, SEE_OTHER)

    async def _shown(self, request: Request, guest: Guest, *, expired: bool) -> Response:
        preview = await self._read(guest.visitor, _about(guest))
        language = language_for(request, preview.declared.language)
        if isinstance(preview.declared.life, _ERASED):
            return self._said(request, "erased", language, status=GONE)
        waiting = isinstance(preview.declared.life, _WAITING)
        if expired and waiting:
            return self._said(request, "expired", language, status=GONE)
        return self._pages.private(
            request,
            "confirm",
            language,
            kind="need" if isinstance(preview.declared, Need) else "offer",
            declared=preview.declared,
            text=preview.text,
            waiting=waiting,
        )

    def _said(self, request: Request, what: str, language: str, *, status: int = 200) -> Response:
        token = request.path_params["token"]
        context = {"what": what, "again": f"{CONFIRM.path}{token}/again?lang={language}"}
        return self._pages.private(request, "confirm_said", language, status=status, **context)


def _about(guest: Guest) -> Declaration:
    return Declaration(guest.need_id, guest.capability_id)
