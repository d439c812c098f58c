"""Hearing what became of a proposal."""

from dataclasses import dataclass

from services.matcher.application.store_ports import Agenda, Facts, ProposalNews
from services.matcher.domain.answer import Answer, Outcome
from services.matcher.domain.proposal import ProposalState
from shared.contracts import introductions as told

_STATES = {
    told.ProposalExpired: ProposalState.EXPIRED,
    told.ProposalSuperseded: ProposalState.SUPERSEDED,
    told.ProposalWithdrawn: ProposalState.WITHDRAWN,
    told.IntroductionMade: ProposalState.INTRODUCED,
}


@dataclass(frozen=True, slots=True)
class HearAnswer:
    """Follow a proposal, with what was answered; when it frees a place, have its need looked at."""

    facts: Facts
    agenda: Agenda

    async def __call__(self, event: told.ProposalEvent) -> None:
        """Take in a fact about a proposal, known or not."""
        state = state_told_by(event)
        news = ProposalNews(
            event.proposal_id,
            event.need_id,
            event.capability_id,
            event.researcher_id,
            state,
            event.occurred_at,
            silent=isinstance(event, told.ProposalExpired) and event.side is told.Side.RESEARCH,
            answer=answer_told_by(event),
        )
        if await self.facts.keep_proposal(news) and state.frees_a_place:
            await self.agenda.mark([event.need_id])


def state_told_by(event: told.ProposalEvent) -> ProposalState:
    """What an event says of its proposal; "later" and one acceptance keep it open."""
    if isinstance(event, told.ProposalAnswered) and event.answer is told.Answer.DECLINED:
        return ProposalState.DECLINED
    return _STATES.get(type(event), ProposalState.OPEN)


def answer_told_by(event: told.ProposalEvent) -> Answer | None:
    """What was answered; "later" is no answer yet, and who left or came too late gave none."""
    match event:
        case told.ProposalAnswered(answer=told.Answer.ACCEPTED):
            return Answer(Outcome.ACCEPTED)
        case told.ProposalAnswered(answer=told.Answer.DECLINED):
            return Answer(Outcome.DECLINED, event.reason or "")
        case told.ProposalExpired():
            return Answer(Outcome.EXPIRED)
        case told.IntroductionMade():
            return Answer(Outcome.INTRODUCED)
        case _:
            return None
