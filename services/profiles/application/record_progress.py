"""What others say about needs and proposals becomes where a need stands."""

from uuid import UUID

from services.profiles.application.ports import Transaction
from services.profiles.domain.progress import Asked, Proposal
from services.profiles.domain.reading import Reading
from shared.contracts.event import Event, Tombstone
from shared.contracts.introductions import (
    IntroductionMade,
    ProposalAnswered,
    ProposalEvent,
    ProposalExpired,
    ProposalSent,
    ProposalSuperseded,
    ProposalWithdrawn,
)
from shared.contracts.matches import MatchProposed, NeedRead, NeedUnmatched


async def record_progress(event: Event | Tombstone, transaction: Transaction) -> None:
    """Note what an event says; what concerns no page is left alone."""
    match event:
        case NeedRead() | MatchProposed() | NeedUnmatched() if await _is_erased(
            event.need_id, transaction
        ):
            pass
        case NeedRead():
            await transaction.readings.hear(_reading(event))
        case MatchProposed():
            await transaction.watch.proposed(event.need_id, event.occurred_at)
        case NeedUnmatched():
            await transaction.watch.unmatched(event.need_id, event.occurred_at)
        case ProposalEvent():
            proposal = await transaction.proposals.get(
                event.proposal_id, need_id=event.need_id, capability_id=event.capability_id
            )
            await transaction.proposals.save(_after(proposal, event))
        case _:
            pass


async def _is_erased(need_id: UUID, transaction: Transaction) -> bool:
    return await transaction.outbox.has_erased(need_id)


def _reading(event: NeedRead) -> Reading:
    in_order = sorted(event.questions, key=lambda question: question.position)
    return Reading(
        event.need_id,
        event.need_version,
        event.version,
        tuple(guess.id for guess in event.subjects),
        tuple(question.answered for question in in_order),
    )


def _after(proposal: Proposal, event: ProposalEvent) -> Proposal:
    match event:
        case ProposalSent():
            return proposal.sent(Asked(event.side), event.occurred_at)
        case ProposalAnswered():
            return proposal.answered(Asked(event.side), event.answer)
        case ProposalExpired():
            return proposal.answered(Asked(event.side), "expired")
        case IntroductionMade():
            return proposal.introduced(event.occurred_at)
        case ProposalSuperseded() | ProposalWithdrawn():
            return proposal.ended()
        case _:
            return proposal
