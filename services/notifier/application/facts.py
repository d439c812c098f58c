"""Telling the log what became of a proposal."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict, assert_never
from uuid import UUID

from services.notifier.application.ports import Work
from services.notifier.domain.effects import (
    Effect,
    Introduce,
    SideAnswered,
    SideAsked,
    SideExpired,
    Supersede,
    Withdraw,
)
from services.notifier.domain.proposal import Proposal
from services.notifier.domain.register import Accept, Answer, Decline, Later
from shared.contracts import introductions
from shared.contracts.event import derived_id

PLAIN: dict[type[Effect], tuple[type[introductions.ProposalEvent], str]] = {
    Supersede: (introductions.ProposalSuperseded, "superseded"),
    Withdraw: (introductions.ProposalWithdrawn, "withdrawn"),
    Introduce: (introductions.IntroductionMade, "introduced"),
}


class Named(TypedDict):
    """What all facts about a proposal name."""

    id: UUID
    occurred_at: datetime
    version: int
    proposal_id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID


class Said(TypedDict):
    """An answer in the words of the contract."""

    answer: introductions.Answer
    reason: introductions.DeclineReason | None
    later_on: date | None


@dataclass(frozen=True, slots=True)
class FromProposal:
    """Tells facts about one proposal; ids derive from it, so each is told once."""

    proposal: Proposal
    work: Work
    now: datetime

    async def tell(self, effect: Effect) -> None:
        """Tell what an effect means to others, if anything."""
        event = await self._event(effect)
        if event is not None:
            await self.work.outbox.put(event)

    async def _event(self, effect: Effect) -> introductions.ProposalEvent | None:
        match effect:
            case SideAsked(side, round_):
                named = await self._named("sent", side, round_)
                return introductions.ProposalSent(**named, side=introductions.Side(side))
            case SideAnswered(side, round_, answer):
                said = in_contract(answer)
                named = await self._named("answered", side, round_, said["answer"])
                return introductions.ProposalAnswered(
                    **named, side=introductions.Side(side), **said
                )
            case SideExpired(side):
                named = await self._named("expired", side)
                return introductions.ProposalExpired(**named, side=introductions.Side(side))
            case Supersede() | Withdraw() | Introduce():
                event, name = PLAIN[type(effect)]
                return event(**await self._named(name))
            case _:
                return None

    async def _named(self, *parts: object) -> Named:
        proposal = self.proposal
        return Named(
            id=derived_id(proposal.id, *parts),
            occurred_at=self.now,
            version=await self.work.proposals.next_version(proposal.id),
            proposal_id=proposal.id,
            need_id=proposal.need_id,
            capability_id=proposal.capability_id,
            researcher_id=proposal.researcher_id,
        )


def in_contract(answer: Answer) -> Said:
    """An answer as others read it."""
    match answer:
        case Accept():
            return Said(answer=introductions.Answer.ACCEPTED, reason=None, later_on=None)
        case Decline(reason):
            why = introductions.DeclineReason(reason)
            return Said(answer=introductions.Answer.DECLINED, reason=why, later_on=None)
        case Later(until):
            return Said(answer=introductions.Answer.LATER, reason=None, later_on=until)
        case _:
            assert_never(answer)
