"""Steps that the suites of the matcher's store share."""

from datetime import timedelta

from services.matcher.application.store_ports import (
    Begin,
    Grounds,
    HeardCapability,
    HeardNeed,
    NewProposal,
)
from services.matcher.domain.match import Contribution, Grade, Match
from shared.contracts.matches import Reason
from tests.support.builders_matching import (
    MODEL,
    NOON,
    capability_id,
    need_id,
    proposal_id,
    represented_capability,
    represented_need,
    researcher_id,
)

LONG_AGO = NOON - timedelta(days=30)


async def keep_need(begin: Begin, heard: HeardNeed) -> None:
    async with begin() as desk:
        assert await desk.facts.keep_need(heard)
        await desk.waiting.keep_needs([represented_need(heard)])


async def keep_capability(begin: Begin, heard: HeardCapability, *direction: float) -> None:
    async with begin() as desk:
        await desk.facts.keep_capability(heard, model=MODEL)
        await desk.waiting.keep_capabilities([represented_capability(heard, *direction)])


def a_new_proposal(need: str, name: str, *, wave: int = 1) -> NewProposal:
    ids = (str(need_id(need)), str(capability_id(name)))
    parts = (Contribution("meaning", 0.5, 0.7),)
    match = Match(*ids, 0.6, Grade.GOOD, -0.3, parts, "scorer-1")
    reasons = (Reason(kind="passage", text_fr="Parce que.", text_en="Because."),)
    return NewProposal(
        proposal_id(need, name),
        need_id(need),
        capability_id(name),
        researcher_id(name),
        wave,
        NOON,
        Grounds(1, 1, MODEL, match, reasons),
    )
