"""Steps that tests of models share: answered proposals in a real database."""

from dataclasses import replace
from typing import TYPE_CHECKING

from services.matcher.adapters.postgres import transactions
from services.matcher.application.model_ports import Example
from services.matcher.application.store_ports import Grounds, NewProposal, ProposalNews
from services.matcher.domain.match import Grade, Inputs, Match
from services.matcher.domain.proposal import ProposalState
from tests.support.builders_events import an_id

if TYPE_CHECKING:
    from shared.runtime.postgres import Database


async def keep_answered(
    pool: "Database", examples: list[Example], *, feature_set: str = "features-1"
) -> None:
    """Propose and hear the answer, as the service does, each in its turn."""
    for example in examples:
        async with transactions(pool)() as desk:
            proposal = _proposal(example, feature_set)
            await desk.allocation.record(proposal)
            ids = (example.proposal_id, example.need_id, example.capability_id)
            told = ProposalNews(*ids, proposal.researcher_id, ProposalState.OPEN, example.heard_at)
            await desk.facts.keep_proposal(replace(told, answer=example.answer))


def _proposal(example: Example, feature_set: str) -> NewProposal:
    match = Match(
        str(example.need_id),
        str(example.capability_id),
        0.5,
        Grade.GOOD,
        0.0,
        (),
        example.model_version,
        Inputs(example.features, read=example.read),
    )
    return NewProposal(
        example.proposal_id,
        example.need_id,
        example.capability_id,
        an_id(f"researcher/{example.capability_id}"),
        1,
        example.heard_at,
        Grounds(1, 1, "model-1", match, (), feature_set),
    )
