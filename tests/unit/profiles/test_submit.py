"""What a form leaves behind: once, unconfirmed, with a letter to confirm it."""

import pytest

from services.profiles.application.read_declaration import Declaration
from shared.contracts.contacts import ContactRecorded
from shared.contracts.delivery import UnavailableError
from shared.contracts.event import derived_id
from shared.contracts.letters import LetterKind, LetterRequested
from tests.support.fakes_profiles import (
    a_capability_declaration,
    a_need_declaration,
    an_id,
)
from tests.unit.profiles.house import NEED, House


@pytest.fixture
def house() -> House:
    return House()


async def test_a_form_leaves_an_unverified_contact_and_a_letter(house: House) -> None:
    await house.submit.need(a_need_declaration())
    (contact,) = house.told(ContactRecorded)
    (letter,) = house.told(LetterRequested)
    assert (contact.verified, contact.person) == (False, "Anne Le Goff")
    assert (letter.kind, letter.subject_id) == (LetterKind.CONFIRM_ADDRESS, NEED.need_id)
    assert len(house.store.told) == 2
    assert house.tally.counts == {"need submitted": 1}


async def test_sending_a_form_twice_is_harmless(house: House) -> None:
    for _ in range(2):
        await house.submit.need(a_need_declaration())
        await house.submit.capability(a_capability_declaration())
    assert (len(house.store.needs), len(house.store.capabilities)) == (1, 1)
    assert len(house.told(LetterRequested)) == 2
    assert house.tally.counts == {"need submitted": 1, "capability submitted": 1}


async def test_the_same_address_is_the_same_party(house: House) -> None:
    await house.submit.need(a_need_declaration())
    await house.submit.need(a_need_declaration("second", email="ANNE@example.org"))
    assert {need.party_id for need in house.store.needs.values()} == {house.visitor().party_id}
    assert len(house.told(LetterRequested)) == 2


async def test_an_unverified_form_brings_its_details_to_an_unverified_contact(
    house: House,
) -> None:
    await house.submit.need(a_need_declaration())
    await house.submit.need(a_need_declaration("second", person="Anne L."))
    assert [(c.person, c.version) for c in house.told(ContactRecorded)] == [
        ("Anne Le Goff", 1),
        ("Anne L.", 2),
    ]


async def test_an_unverified_form_never_changes_a_verified_contact(house: House) -> None:
    await house.with_confirmed_need()
    before = house.told(ContactRecorded)
    await house.submit.need(a_need_declaration("second", person="Mallory"))
    assert house.told(ContactRecorded) == before
    second = Declaration(need_id=derived_id(an_id("second"), "need"))
    await house.confirm(house.visitor(), second)
    assert house.told(ContactRecorded)[-1].person == "Mallory"


async def test_a_party_erased_at_that_moment_means_try_again(house: House) -> None:
    await house.submit.need(a_need_declaration())
    house.store.needs.clear()
    house.store.addresses.clear()
    with pytest.raises(UnavailableError):
        await house.submit.need(a_need_declaration())


async def test_of_two_forms_at_the_same_moment_one_counts(house: House) -> None:
    """The other is committed between the look for a need and its adding."""
    house.store.is_blind = True
    for _ in range(2):
        await house.submit.need(a_need_declaration())
        await house.submit.capability(a_capability_declaration())
    assert len(house.told(LetterRequested)) == 2
    assert house.tally.counts == {"need submitted": 1, "capability submitted": 1}
