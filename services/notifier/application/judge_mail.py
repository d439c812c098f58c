"""Whether a mail should still leave, seen again each time before it does."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.notifier.application.mails import (
    ConfirmAddress,
    Content,
    MagicLink,
    NoLongerNeeded,
    Question,
)
from services.notifier.application.ports import Work
from services.notifier.domain.delivery import ABOUT_LETTERS, UNASKED_FOR, Delivery, Kind
from services.notifier.domain.hours import WEEK, MailHours, next_in_week, next_opening
from services.notifier.domain.people import Party, Shown, introduction
from services.notifier.domain.proposal import Rules
from services.notifier.domain.register import Asking, Pending, Side

VERIFICATION_ON_ITS_WAY = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Go:
    """It may leave: to whom, saying what."""

    to: Party
    content: Content


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing asks for it any more."""

    reason: str


Verdict = Go | Wait | Drop


@dataclass(frozen=True, slots=True)
class JudgeMail:
    """Looks at what a mail is about as it is now.

    Attributes:
        at_most_a_week: How many direct proposals a person gets in any week.
    """

    rules: Rules
    hours: MailHours
    at_most_a_week: int

    async def __call__(self, delivery: Delivery, work: Work, now: datetime) -> Verdict:
        """Whether it may leave now."""
        to = await work.parties.get(delivery.recipient_id)
        if to is None or to.erased:
            return Drop("erased")
        verdict = await self._content(delivery, to, work, now)
        if isinstance(verdict, Drop):
            return verdict
        if delivery.kind is not Kind.CONFIRM_ADDRESS and not to.verified:
            since = delivery.begun_at or delivery.caused_at
            is_late = now > since + VERIFICATION_ON_ITS_WAY
            return Drop("address not verified") if is_late else Wait(now + LOOK_AGAIN)
        if delivery.kind not in UNASKED_FOR:
            return Go(to, verdict)
        if to.stopped:
            return Drop("unsubscribed")
        until = await self._when(delivery, work, now)
        return Go(to, verdict) if until <= now else Wait(until)

    async def _when(self, delivery: Delivery, work: Work, now: datetime) -> datetime:
        """The first moment at which a mail that nobody waits for may leave."""
        if self.hours is MailHours.ALWAYS:
            return now
        if delivery.kind is Kind.PROPOSAL:
            sent = await work.queue.asked_lately(delivery, since=now - WEEK)
            now = next_in_week(sent, now, at_most=self.at_most_a_week)
        return next_opening(now, self.hours)

    async def _content(
        self, delivery: Delivery, to: Party, work: Work, now: datetime
    ) -> Content | Drop:
        if delivery.kind in ABOUT_LETTERS:
            return _letter(delivery, to)
        shown = await work.search.shown(delivery.about)
        side = None if shown is None else shown.proposal.side_of(to.id)
        if shown is None or side is None:
            return Drop("no such proposal")
        match delivery.kind:
            case Kind.PROPOSAL | Kind.TEAM_WILLING:
                return self._question(delivery, shown, side, now)
            case Kind.PROPOSAL_REMINDER:
                return self._reminder(shown, side)
            case Kind.INTRODUCTION:
                return await self._introduction(shown, side, work)
            case _:
                return NoLongerNeeded(shown)

    def _question(
        self, delivery: Delivery, shown: Shown, side: Side, now: datetime
    ) -> Content | Drop:
        register = shown.proposal.register(side)
        if not shown.proposal.may_answer(side) or register.held is not None:
            return Drop("answered or closed")
        if register.state != Asking(delivery.step):
            return Drop("asked already")
        answer_by = (now + self.rules.expiry).date()
        return Question(shown, side, answer_by, is_asked_again=delivery.step > 1)

    def _reminder(self, shown: Shown, side: Side) -> Content | Drop:
        register = shown.proposal.register(side)
        if not shown.proposal.may_answer(side) or register.held is not None:
            return Drop("answered or closed")
        if not isinstance(register.state, Pending):
            return Drop("not waiting for an answer")
        answer_by: date = (register.state.asked_at + self.rules.expiry).date()
        return Question(shown, side, answer_by, is_reminder=True)

    async def _introduction(self, shown: Shown, side: Side, work: Work) -> Content | Drop:
        organisation = await work.parties.get(shown.proposal.organisation_id)
        researcher = await work.parties.get(shown.proposal.researcher_id)
        if organisation is None or researcher is None or organisation.erased or researcher.erased:
            return Drop("the other side is erased")
        return introduction(shown, side, organisation, researcher)


def _letter(delivery: Delivery, to: Party) -> Content | Drop:
    if delivery.kind is Kind.MAGIC_LINK:
        return MagicLink()
    is_reminder = delivery.step > 1
    if is_reminder and to.verified:
        return Drop("verified")
    return ConfirmAddress(delivery.subject_id, is_reminder=is_reminder)
