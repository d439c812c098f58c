"""Answering a proposal: GET shows, POST decides, and the time to undo is counted down."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notifier.application.answer_proposal import AnswerProposal
from services.notifier.application.ports import Begin
from services.notifier.application.show import card_of_other, fit_of, title_of_own
from services.notifier.domain.people import Shown
from services.notifier.domain.proposal import NotAllowedError, TooLateError
from services.notifier.domain.register import Side
from services.notifier.web.pages import Pages
from services.notifier.web.spoken import FormError, Standing, read_answer, standing
from services.notifier.web.visitor import Doorkeeper, TurnedAwayError, Visitor, fields
from shared.contracts.delivery import Clock
from shared.contracts.introductions import DeclineReason
from shared.contracts.links import ANSWER

CHOICES = ("accept", "decline", "later")
USUAL_LATER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Seen:
    """A proposal as one side sees it."""

    visitor: Visitor
    shown: Shown
    side: Side


@dataclass(frozen=True, slots=True)
class Answering:
    """The pages at `/answer/<token>`."""

    pages: Pages
    door: Doorkeeper
    read: Begin
    answer: AnswerProposal
    clock: Clock
    clock_speed: float
    ring: Callable[[], None]

    async def show(self, request: Request) -> Response:
        """Show the proposal and what can be said, or what was said."""
        seen = await self._see(request)
        stands = standing(seen.shown, seen.side, self.clock())
        wants_form = "change" in request.query_params and stands.may_answer
        if stands.asks or wants_form:
            return self._form(request, seen, stands)
        return self._stands(request, seen, stands)

    async def take(self, request: Request) -> Response:
        """Take an answer; the same again changes nothing."""
        seen = await self._see(request)
        stands = standing(seen.shown, seen.side, self.clock())
        posted = await fields(request)
        chosen = posted.get("choice")
        try:
            said = read_answer(posted)
        except FormError as wrong:
            return self._form(request, seen, stands, chosen=chosen, error=wrong.key)
        try:
            await self.answer(seen.shown.proposal.id, seen.side, said)
        except NotAllowedError:
            return self._form(request, seen, stands, chosen=chosen, error="choose_day")
        except TooLateError:
            is_same = stands.effective == said
            return self._stands(request, seen, stands, is_too_late=not is_same)
        self.ring()
        return self._back(request)

    async def undo(self, request: Request) -> Response:
        """Take an answer back."""
        seen = await self._see(request)
        try:
            await self.answer.undo(seen.shown.proposal.id, seen.side)
        except TooLateError:
            stands = standing(seen.shown, seen.side, self.clock())
            return self._stands(request, seen, stands, is_too_late=True)
        self.ring()
        return self._back(request, undone="1")

    async def _see(self, request: Request) -> Seen:
        visitor = await self.door.admit(request, ANSWER)
        proposal_id = visitor.ticket.ids.get("proposal", UUID(int=0))
        async with self.read() as work:
            shown = await work.search.shown(proposal_id)
        side = None if shown is None else shown.proposal.side_of(visitor.party.id)
        if shown is None or side is None:
            raise TurnedAwayError("not_found", 404, visitor.party.language)
        return Seen(visitor, shown, side)

    def _back(self, request: Request, **query: str) -> Response:
        """After a POST, the page: reloading it posts nothing."""
        here = f"/answer/{request.path_params['token']}"
        if "lang" in request.query_params:
            query["lang"] = request.query_params["lang"]
        words = "&".join(f"{name}={value[:2]}" for name, value in query.items())
        return RedirectResponse(f"{here}?{words}" if words else here, status_code=303)

    def _form(
        self,
        request: Request,
        seen: Seen,
        stands: Standing,
        *,
        chosen: str | None = None,
        error: str = "",
    ) -> Response:
        if not stands.may_answer:
            return self._stands(request, seen, stands, is_too_late=True)
        language = self.pages.language(request, seen.visitor.party.language)
        today = self.clock().date()
        longest = self.answer.carry_out.rules.longest_later
        chosen = chosen or request.query_params.get("choice", "")
        return self.pages.show(
            request,
            "answer.html",
            language=language,
            status=422 if error else 200,
            side=seen.side,
            own=title_of_own(seen.shown, seen.side),
            card=card_of_other(seen.shown, seen.side, language),
            fit=fit_of(seen.shown, language),
            stands=stands,
            answer_by=stands.answer_by(self.answer.carry_out.rules),
            chosen=chosen if chosen in CHOICES else "accept",
            reasons=[str(reason) for reason in DeclineReason],
            first_day=today + timedelta(days=1),
            usual_day=today + min(USUAL_LATER, longest),
            last_day=today + longest,
            error=error,
            undone="undone" in request.query_params,
        )

    def _stands(
        self, request: Request, seen: Seen, stands: Standing, *, is_too_late: bool = False
    ) -> Response:
        language = self.pages.language(request, seen.visitor.party.language)
        left_s = stands.seconds_left(self.clock()) / self.clock_speed
        return self.pages.show(
            request,
            "standing.html",
            language=language,
            status=409 if is_too_late else 200,
            side=seen.side,
            own=title_of_own(seen.shown, seen.side),
            card=card_of_other(seen.shown, seen.side, language),
            stands=stands,
            left_s=left_s,
            is_too_late=is_too_late,
        )
