"""What is heard of proposals becomes a need's way."""

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

import pytest

from services.profiles.application.admit import Visitor
from services.profiles.application.read_page import Page, ReadPage
from services.profiles.application.record_progress import record_progress
from services.profiles.consumer import applying
from services.profiles.domain.need import Published
from services.profiles.domain.party import Party, Side
from services.profiles.domain.progress import StepName
from shared.contracts.event import Event
from shared.contracts.introductions import (
    Answer,
    DeliveryFailed,
    IntroductionMade,
    ProposalAnswered,
    ProposalEvent,
    ProposalExpired,
    ProposalSent,
    ProposalSuperseded,
    ProposalWithdrawn,
)
from shared.contracts.introductions import Side as Asked
from shared.contracts.matches import MatchProposed, NeedUnmatched
from tests.support.fakes_profiles import (
    MONDAY,
    HandClock,
    a_capability,
    a_contact,
    a_need,
    an_id,
)
from tests.support.fakes_profiles_store import Memory

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

NEED = a_need(life=Published(), confirmed_at=MONDAY, published_at=MONDAY)
CAPABILITY = a_capability()


@pytest.fixture
def store() -> Memory:
    memory = Memory()
    memory.parties = {
        NEED.party_id: Party(NEED.party_id, Side.ORGANISATION, a_contact()),
        CAPABILITY.party_id: Party(CAPABILITY.party_id, Side.RESEARCHER, CAPABILITY.declared),
    }
    memory.needs = {NEED.id: NEED}
    memory.capabilities = {CAPABILITY.id: CAPABILITY}
    return memory


def about(name: str) -> dict[str, object]:
    return {
        "id": an_id(f"event {name}"),
        "occurred_at": MONDAY,
        "proposal_id": an_id("proposal"),
        "need_id": NEED.id,
        "capability_id": CAPABILITY.id,
        "researcher_id": CAPABILITY.party_id,
    }


def sent(side: Asked) -> Event:
    return ProposalSent.model_validate({**about(f"sent {side}"), "side": side})


def answered(side: Asked, answer: Answer) -> Event:
    said = {**about(f"answered {side}"), "side": side, "answer": answer}
    return ProposalAnswered.model_validate(said)


def unmatched(hours: int) -> Event:
    return NeedUnmatched(
        id=an_id(f"unmatched {hours}"),
        occurred_at=MONDAY + timedelta(hours=hours),
        need_id=NEED.id,
        candidates=0,
    )


PROPOSED = MatchProposed.model_validate(
    {
        **about("proposed"),
        "organisation_id": NEED.party_id,
        "wave": 1,
        "score": 0.5,
        "grade": "good",
        "model_version": "test",
        "contributions": [],
        "reasons": [],
    }
)


async def page_after(store: Memory, *events: Event, of: str = "need") -> Page:
    for event in events:
        async with store.begin() as transaction:
            await record_progress(event, transaction)
    party_id = NEED.party_id if of == "need" else CAPABILITY.party_id
    return await ReadPage(store.look, HandClock())(Visitor(party_id, 0))


async def names(store: Memory, *events: Event) -> dict[StepName, int]:
    page = await page_after(store, *events)
    return {step.name: step.n for step in page.needs[0].steps if step.reached}


async def test_asked_willing_and_introduced_are_counted(store: Memory) -> None:
    way = await names(store, PROPOSED, sent(Asked.RESEARCH))
    assert way[StepName.ASKED] == 1
    way = await names(store, answered(Asked.RESEARCH, Answer.ACCEPTED), sent(Asked.NEED))
    assert way[StepName.WILLING] == 1
    made = IntroductionMade.model_validate(about("made"))
    way = await names(store, answered(Asked.NEED, Answer.ACCEPTED), made)
    assert (way[StepName.WILLING], way[StepName.INTRODUCED]) == (0, 1)


async def test_topics_may_arrive_in_any_order(store: Memory) -> None:
    way = await names(store, sent(Asked.RESEARCH), PROPOSED)
    assert way[StepName.ASKED] == 1


@pytest.mark.parametrize("end", [ProposalSuperseded, ProposalWithdrawn])
async def test_a_proposal_that_ended_is_open_no_more(store: Memory, end: type[Event]) -> None:
    over = end.model_validate(about("over"))
    page = await page_after(store, sent(Asked.RESEARCH), over, of="capability")
    standing = page.capabilities[0]
    assert (standing.received, standing.open, standing.introduced) == (1, 0, 0)


async def test_a_researcher_sees_how_many_wait_for_an_answer(store: Memory) -> None:
    page = await page_after(store, sent(Asked.RESEARCH), of="capability")
    assert page.capabilities[0].open == 1
    expired = ProposalExpired.model_validate({**about("expired"), "side": Asked.RESEARCH})
    page = await page_after(store, expired, of="capability")
    assert page.capabilities[0].open == 0


async def test_a_need_without_candidates_is_on_watch_until_one_is_proposed(
    store: Memory,
) -> None:
    assert StepName.ON_WATCH in await names(store, unmatched(-1))
    assert StepName.ON_WATCH not in await names(store, PROPOSED)
    assert StepName.ON_WATCH in await names(store, unmatched(1))


async def test_what_concerns_no_page_is_left_alone(store: Memory) -> None:
    before = dict(store.__dict__)
    failed = DeliveryFailed(
        id=an_id("failed"),
        occurred_at=MONDAY,
        need_id=NEED.id,
        party_id=NEED.party_id,
        mail_kind="reminder",
        reason="refused",
    )
    await page_after(store, failed)
    assert store.__dict__ == before


async def test_a_newer_kind_of_proposal_event_changes_nothing(store: Memory) -> None:
    class ProposalReminded(ProposalEvent):
        type: Literal["proposal.reminded.v1"] = "proposal.reminded.v1"

    page = await page_after(store, ProposalReminded.model_validate(about("reminded")))
    assert not page.needs[0].steps[3].reached


async def test_a_batch_is_applied_in_its_own_transaction(store: Memory) -> None:
    async with store.begin() as transaction:
        connection = cast("Connection", object())
        await applying(lambda _: transaction)(sent(Asked.RESEARCH), connection)
    assert an_id("proposal") in store.proposals
