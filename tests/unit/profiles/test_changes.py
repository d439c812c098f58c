"""What follows a confirmation, or its absence: withdrawal, pause, expiry, a lost link."""

from dataclasses import replace

import pytest

from services.profiles.application.admit import NotAdmittedError, Visitor
from services.profiles.application.change_capability import (
    Pause,
    Resume,
    Retire,
)
from services.profiles.application.events import capability_changed, need_withdrawn
from services.profiles.application.load_sample import LoadSample, Sample
from services.profiles.application.ports import Due
from services.profiles.application.read_page import ReadPage
from services.profiles.application.request_link import RequestLink
from services.profiles.domain.capability import CapabilityFacets, CapabilityText, Output
from services.profiles.domain.need import TooLateError
from shared.contracts.capabilities import (
    CapabilityPaused,
    CapabilityPublished,
    CapabilityRetired,
)
from shared.contracts.contacts import ContactRecorded
from shared.contracts.event import Tombstone
from shared.contracts.letters import LetterKind, LetterRequested
from shared.contracts.needs import NeedClosed
from tests.support.fakes_profiles import (
    MASKS,
    MONDAY,
    a_capability,
    a_capability_declaration,
    a_need,
    a_need_declaration,
    an_id,
)
from tests.unit.profiles.house import NEED, OFFER, House


@pytest.fixture
def house() -> House:
    return House()


async def test_a_revoked_link_opens_nothing(house: House) -> None:
    await house.with_confirmed_need()
    party = house.store.parties[house.visitor().party_id]
    house.store.parties[party.id] = replace(party, epoch=1)
    with pytest.raises(NotAdmittedError):
        await ReadPage(house.store.look, house.clock)(house.visitor())
    with pytest.raises(NotAdmittedError):
        await house.withdraw(Visitor(an_id("nobody"), 0), an_id("need"))


async def test_what_nobody_confirmed_is_erased_with_its_contact(house: House) -> None:
    await house.submit.need(a_need_declaration())
    await house.submit.capability(a_capability_declaration())
    house.clock.pass_by(hours=48)
    assert await house.expire() == 2
    assert house.told(ContactRecorded) == []
    erased = [told for told in house.store.told if isinstance(told, Tombstone)]
    assert {told.key for told in erased} == {
        str(house.visitor().party_id),
        str(house.visitor("offer").party_id),
    }
    assert "Vilaine" not in str(house.store.needs)
    assert "Kerven" not in str(house.store.capabilities)
    assert await house.expire() == 0
    with pytest.raises(TooLateError):
        await house.confirm(house.visitor(), NEED)
    with pytest.raises(TooLateError):
        await house.confirm.again(house.visitor(), NEED)


async def test_a_contact_with_something_else_is_kept(house: House) -> None:
    await house.submit.need(a_need_declaration())
    house.clock.pass_by(hours=24)
    await house.submit.need(a_need_declaration("second"))
    house.clock.pass_by(hours=25)
    assert await house.expire() == 1
    assert house.store.parties[house.visitor().party_id].contact.person == "Anne Le Goff"


async def test_a_verified_contact_is_kept(house: House) -> None:
    await house.with_confirmed_need()
    await house.submit.need(a_need_declaration("second"))
    house.clock.pass_by(hours=48)
    assert await house.expire() == 1
    assert house.store.parties[house.visitor().party_id].verified


async def test_what_was_confirmed_in_between_does_not_expire(house: House) -> None:
    await house.submit.need(a_need_declaration())
    await house.submit.capability(a_capability_declaration())
    due_needs = await _due(house)
    await house.confirm(house.visitor(), NEED)
    await house.confirm(house.visitor("offer"), OFFER)
    for expire, due in zip((house.expire._need, house.expire._capability), due_needs, strict=True):
        await expire(due, house.clock())
    assert house.tally.counts["need expired"] == house.tally.counts["capability expired"] == 0


async def _due(house: House) -> list[Due]:
    async with house.store.look() as t:
        return [
            *await t.needs.unconfirmed(asked_before=house.clock()),
            *await t.capabilities.unconfirmed(asked_before=house.clock()),
        ]


async def test_withdrawing_closes_a_published_need_once(house: House) -> None:
    await house.with_confirmed_need()
    for _ in range(2):
        await house.withdraw(house.visitor(), NEED.need_id or an_id(""))
    (closed,) = house.told(NeedClosed)
    assert (closed.reason, closed.version) == ("withdrawn", 3)
    assert closed.description == "[organisation masqué] la sentent chaque été."
    assert house.tally.counts["need withdrawn"] == 1


async def test_withdrawing_what_was_never_published_tells_nobody(house: House) -> None:
    await house.submit.need(a_need_declaration())
    await house.withdraw(house.visitor(), NEED.need_id or an_id(""))
    assert house.told(NeedClosed) == []


async def test_nobody_withdraws_the_need_of_another(house: House) -> None:
    await house.with_confirmed_need()
    await house.with_confirmed_offer()
    with pytest.raises(NotAdmittedError):
        await house.withdraw(house.visitor("offer"), NEED.need_id or an_id(""))


async def test_a_researcher_pauses_resumes_and_retires(house: House) -> None:
    await house.with_confirmed_offer()
    offer = OFFER.capability_id or an_id("")
    for wish in (Pause(4), Resume(), Resume(), Retire(), Retire()):
        await house.change(house.visitor("offer"), offer, wish)
    assert len(house.told(CapabilityPaused)) == len(house.told(CapabilityRetired)) == 1
    assert [event.version for event in house.told(CapabilityPublished)] == [2, 4]
    assert house.tally.counts["capability resumed"] == 1


async def test_retiring_what_was_never_published_tells_nobody(house: House) -> None:
    await house.submit.capability(a_capability_declaration())
    await house.change(house.visitor("offer"), OFFER.capability_id or an_id(""), Retire())
    assert house.told(CapabilityRetired) == []


async def test_nobody_changes_the_capability_of_another(house: House) -> None:
    await house.with_confirmed_need()
    await house.with_confirmed_offer()
    with pytest.raises(NotAdmittedError):
        await house.change(house.visitor(), OFFER.capability_id or an_id(""), Retire())


async def test_a_lost_link_is_sent_once_in_five_minutes_to_a_confirmed_address(
    house: House,
) -> None:
    ask = RequestLink(house.store.begin, house.clock)
    await house.submit.need(a_need_declaration())
    await ask("anne@example.org")
    assert len(house.told(LetterRequested)) == 1
    await house.confirm(house.visitor(), NEED)
    for _ in range(2):
        await ask("Anne@Example.org")
    await ask("nobody@example.org")
    assert [letter.kind for letter in house.told(LetterRequested)][1:] == [LetterKind.MAGIC_LINK]
    house.clock.pass_by(minutes=6)
    await ask("anne@example.org")
    assert len(house.told(LetterRequested)) == 3


SAMPLE = Sample(
    "cap-001",
    "Unité 001",
    "en",
    CapabilityText("Water", "We measure.", ("water",), (Output("A study"),)),
    CapabilityFacets(("water_sciences",), (6,), ("thesis",)),
)


async def test_a_sample_is_loaded_once(house: House) -> None:
    load = LoadSample(house.store.begin, house.clock, MASKS)
    assert await load(SAMPLE)
    assert not await load(SAMPLE)
    (contact,) = house.told(ContactRecorded)
    (published,) = house.told(CapabilityPublished)
    assert contact.verified
    assert contact.email.endswith(".cap-001@example.org")
    assert (published.title, published.sdgs, published.researcher_id) == (
        "Water",
        (6,),
        contact.party_id,
    )


def test_a_need_that_was_never_published_cannot_be_told() -> None:
    with pytest.raises(ValueError, match="never published"):
        need_withdrawn(a_need(), MONDAY)


def test_an_unpublished_capability_says_nothing() -> None:
    assert capability_changed(a_capability(), MONDAY) == []
    known = a_capability(public_text=CapabilityText("titre"))
    assert capability_changed(known, MONDAY) == []
