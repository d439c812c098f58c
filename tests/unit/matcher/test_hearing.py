"""What the matcher takes in from others."""

from datetime import timedelta

import pytest

from services.matcher.application.forget import Forget
from services.matcher.application.hear_answer import HearAnswer
from services.matcher.application.hear_capability import HearCapability
from services.matcher.application.hear_need import HearNeed
from services.matcher.application.store_ports import Desk
from services.matcher.domain.eligibility import Standing
from services.matcher.domain.need import Place
from services.matcher.domain.proposal import ProposalState
from shared.contracts import introductions as told
from shared.contracts.capabilities import CapabilityState
from shared.contracts.event import Tombstone
from shared.contracts.needs import NeedState
from tests.support.builders_matching import (
    MODEL,
    NOON,
    RULES,
    a_proposal,
    about,
    answered,
    capability_erased,
    capability_id,
    capability_paused,
    capability_published,
    capability_retired,
    expired,
    heard_capability,
    need_closed,
    need_erased,
    need_id,
    need_published,
    proposal_id,
    represented_capability,
)
from tests.support.fakes_matching_store import FakeStore

ADA = a_proposal("well", "ada")
RESEARCH, NEED = told.Side.RESEARCH, told.Side.NEED
ACCEPTED, DECLINED, LATER = told.Answer.ACCEPTED, told.Answer.DECLINED, told.Answer.LATER


async def hear(
    store: FakeStore, *events: NeedState | CapabilityState | told.ProposalEvent | Tombstone
) -> None:
    async with store.begin() as desk:
        for event in events:
            await _use_case(event, desk)


async def _use_case(
    event: NeedState | CapabilityState | told.ProposalEvent | Tombstone, desk: Desk
) -> None:
    facts, agenda = desk.facts, desk.agenda
    match event:
        case NeedState():
            await HearNeed(facts, agenda)(event)
        case CapabilityState():
            await HearCapability(facts, agenda, RULES, MODEL)(event)
        case Tombstone():
            await Forget(facts, agenda)(event)
        case _:
            await HearAnswer(facts, agenda)(event)


def marks(store: FakeStore) -> int:
    return store.marks[need_id()].marked


async def a_represented(store: FakeStore, name: str) -> None:
    async with store.begin() as desk:
        await desk.waiting.keep_capabilities([represented_capability(heard_capability(name))])


async def test_a_published_need_is_looked_at() -> None:
    store = FakeStore()
    await hear(store, need_published())
    assert marks(store) == 1


async def test_the_same_need_heard_again_changes_nothing() -> None:
    store = FakeStore()
    await hear(store, need_published(), need_published())
    assert marks(store) == 1


async def test_a_new_version_of_a_need_is_looked_at() -> None:
    store = FakeStore()
    await hear(store, need_published(), need_published(version=2, title="Autre chose"))
    assert marks(store) == 2
    assert store.needs[need_id()].need.title == "Autre chose"


async def test_a_closed_need_is_not_looked_at() -> None:
    store = FakeStore()
    await hear(store, need_published(), need_closed())
    assert marks(store) == 1
    assert not store.needs[need_id()].is_open


async def test_all_that_a_need_says_is_taken_in() -> None:
    store = FakeStore()
    event = need_published(
        expectations="Un avis.",
        themes=("sante",),
        modes=("thesis",),
        territory={"city": "Nantes", "region": "Pays de la Loire"},
        subjects=[{"id": "T10001", "origin": "organisation"}],
        questions=[{"text": "Quels transferts ?", "origin": "facilitator"}],
    )
    await hear(store, event)
    need = store.needs[need_id()].need
    assert (need.expectations, need.themes, need.modes) == ("Un avis.", ("sante",), ("thesis",))
    assert need.place == Place("Nantes", "Pays de la Loire")
    assert (need.subjects, need.questions) == (("T10001",), ("Quels transferts ?",))


async def test_a_new_capability_wakes_nobody_before_it_is_represented() -> None:
    store = FakeStore()
    await hear(store, need_published(), capability_published("ada"))
    assert marks(store) == 1


async def test_a_capability_that_resumes_wakes_needs_at_once() -> None:
    store = FakeStore()
    later = NOON + timedelta(days=3)
    await hear(store, need_published(), capability_published("ada"))
    await a_represented(store, "ada")
    await hear(store, capability_paused("ada", later), capability_published("ada", version=3))
    assert marks(store) == 2


async def test_a_pause_and_a_retirement_wake_nobody() -> None:
    store = FakeStore()
    later = NOON + timedelta(days=3)
    await hear(store, need_published(), capability_published("ada"))
    await a_represented(store, "ada")
    await hear(store, capability_paused("ada", later))
    heard = store.capabilities[capability_id("ada")]
    assert (heard.standing, heard.paused_until) == (Standing.PAUSED, later)
    await hear(store, capability_retired("ada", version=3))
    assert store.capabilities[capability_id("ada")].standing is Standing.RETIRED
    assert marks(store) == 1


@pytest.mark.parametrize(
    ("event", "state", "looks_again"),
    [
        (told.ProposalSent(**about(ADA, side=RESEARCH)), ProposalState.OPEN, False),
        (answered(ADA, ACCEPTED), ProposalState.OPEN, False),
        (answered(ADA, LATER), ProposalState.OPEN, False),
        (answered(ADA, DECLINED), ProposalState.DECLINED, True),
        (expired(ADA, RESEARCH), ProposalState.EXPIRED, True),
        (expired(ADA, NEED), ProposalState.EXPIRED, True),
        (told.ProposalWithdrawn(**about(ADA)), ProposalState.WITHDRAWN, True),
        (told.ProposalSuperseded(**about(ADA)), ProposalState.SUPERSEDED, False),
        (told.IntroductionMade(**about(ADA)), ProposalState.INTRODUCED, False),
    ],
)
async def test_a_proposal_is_followed_and_a_free_place_is_filled(
    event: told.ProposalEvent, state: ProposalState, *, looks_again: bool
) -> None:
    store = FakeStore()
    sent = told.ProposalSent(**about(ADA, "first", side=RESEARCH))
    await hear(store, need_published(), sent, event)
    assert store.proposals[proposal_id("well", "ada")].state is state
    assert marks(store) == 1 + looks_again


async def test_the_same_answer_heard_again_changes_nothing() -> None:
    store = FakeStore()
    await hear(store, need_published(), answered(ADA, DECLINED), answered(ADA, DECLINED))
    assert marks(store) == 2


async def test_only_the_silence_of_the_researcher_is_remembered() -> None:
    store = FakeStore()
    bob = a_proposal("well", "bob")
    await hear(store, expired(ADA, RESEARCH), expired(bob, NEED))
    assert store.proposals[proposal_id("well", "ada")].silent_at == NOON
    assert store.proposals[proposal_id("well", "bob")].silent_at is None


async def test_an_answer_to_a_proposal_that_comes_from_elsewhere_is_not_learned_from() -> None:
    store = FakeStore()
    await hear(store, need_published(), answered(ADA, ACCEPTED))
    await hear(store, answered(ADA, DECLINED, told.DeclineReason.OUT_OF_FIELD))
    assert store.proposals[proposal_id("well", "ada")].answer is None


async def test_an_erased_need_is_gone() -> None:
    store = FakeStore()
    await hear(store, need_published(), need_erased(), need_published(version=7))
    assert store.needs == {}


async def test_an_erased_capability_frees_its_places() -> None:
    store = FakeStore()
    sent = told.ProposalSent(**about(ADA, side=RESEARCH))
    await hear(store, need_published(), capability_published("ada"), sent)
    await hear(store, capability_erased("ada"))
    assert store.capabilities == {}
    assert marks(store) == 2
