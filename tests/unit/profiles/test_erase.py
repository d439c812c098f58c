"""Erasing: only one's own, with tombstones, and nothing brings it back."""

import pytest

from services.profiles.application.admit import NotAdmittedError
from services.profiles.application.erase import Erase, Erased
from shared.contracts.contacts import ContactRecorded
from shared.contracts.event import Tombstone, derived_id
from shared.contracts.needs import NeedPublished
from tests.support.fakes_profiles import a_need_declaration, an_id
from tests.unit.profiles.house import House

NEED_ID = derived_id(an_id("form"), "need")
OFFER_ID = derived_id(an_id("offer"), "capability")


def erase(house: House) -> Erase:
    return Erase(house.store.begin, house.clock, house.tally)


def tombstones(house: House) -> list[tuple[str, str]]:
    return [(t.topic, t.key) for t in house.store.told if isinstance(t, Tombstone)]


async def test_an_erased_need_leaves_a_tombstone_and_its_party() -> None:
    house = await House().with_confirmed_need()
    await erase(house).need(house.visitor(), NEED_ID)
    assert not house.store.needs
    assert tombstones(house) == [("passerelle.needs", str(NEED_ID))]
    assert not house.told(NeedPublished)
    assert house.visitor().party_id in house.store.parties


async def test_an_erased_offer_leaves_a_tombstone() -> None:
    house = await House().with_confirmed_offer()
    await erase(house).capability(house.visitor("offer"), OFFER_ID)
    assert not house.store.capabilities
    assert tombstones(house) == [("passerelle.capabilities", str(OFFER_ID))]


async def test_everything_of_a_party_goes_the_contact_first() -> None:
    house = await House().with_confirmed_need()
    assert await erase(house).everything(house.visitor()) == Erased(needs=1, capabilities=0)
    assert not house.store.parties
    assert not house.store.needs
    assert not house.store.addresses
    assert tombstones(house) == [
        ("passerelle.contacts", str(house.visitor().party_id)),
        ("passerelle.needs", str(NEED_ID)),
    ]
    assert not house.told(ContactRecorded)
    with pytest.raises(NotAdmittedError):
        await erase(house).everything(house.visitor())


async def test_an_operator_erases_by_id_and_learns_when_nobody_has_it() -> None:
    house = await House().with_confirmed_offer()
    assert await erase(house).of(house.visitor("offer").party_id) == Erased(0, 1)
    assert await erase(house).of(house.visitor("offer").party_id) is None


async def test_nobody_erases_what_belongs_to_others() -> None:
    house = await (await House().with_confirmed_need()).with_confirmed_offer()
    with pytest.raises(NotAdmittedError):
        await erase(house).need(house.visitor("offer"), NEED_ID)
    with pytest.raises(NotAdmittedError):
        await erase(house).capability(house.visitor(), OFFER_ID)
    assert house.store.needs
    assert house.store.capabilities


async def test_a_form_sent_again_after_the_erasure_brings_nothing_back() -> None:
    house = await House().with_confirmed_need()
    await erase(house).everything(house.visitor())
    await house.submit.need(a_need_declaration())
    assert not house.store.needs
    assert not house.store.parties


async def test_erasures_are_counted() -> None:
    house = await House().with_confirmed_need()
    await erase(house).need(house.visitor(), NEED_ID)
    assert house.tally.counts["need erased"] == 1
