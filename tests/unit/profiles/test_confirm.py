"""What a confirmation does: publish once, without who asks."""

import pytest

from services.profiles.application.admit import NotAdmittedError
from services.profiles.application.read_declaration import Declaration, ReadDeclaration
from services.profiles.domain.need import InReview, Review
from shared.contracts.capabilities import (
    CapabilityPublished,
)
from shared.contracts.contacts import ContactRecorded
from shared.contracts.letters import LetterRequested
from shared.contracts.needs import NeedPublished
from tests.support.fakes_profiles import (
    MASKS,
    MONDAY,
    a_capability_declaration,
    a_need_declaration,
    an_id,
)
from tests.unit.profiles.house import NEED, OFFER, House


@pytest.fixture
def house() -> House:
    return House()


async def test_confirming_publishes_once_without_who_asks(house: House) -> None:
    await house.with_confirmed_need()
    told = list(house.store.told)
    await house.confirm(house.visitor(), NEED)
    (published,) = house.told(NeedPublished)
    assert house.store.told == told
    assert published.description == "[organisation masqué] la sentent chaque été."
    assert (published.version, published.occurred_at) == (2, MONDAY)
    assert [(c.verified, c.version) for c in house.told(ContactRecorded)] == [(False, 1), (True, 2)]
    assert house.tally.counts["need published"] == 1


async def test_a_need_under_review_is_not_published(house: House) -> None:
    house.review = Review.MANUAL
    await house.with_confirmed_need()
    assert house.told(NeedPublished) == []
    assert isinstance(house.store.needs[NEED.need_id or an_id("")].life, InReview)
    assert house.tally.counts["need in_review"] == 1


async def test_confirming_a_capability_publishes_it_without_who_brings_it(house: House) -> None:
    await house.with_confirmed_offer()
    (published,) = house.told(CapabilityPublished)
    assert published.summary == "[person masqué] mesure."
    assert [(output.title, output.year) for output in published.outputs] == [("Suivi", 2023)]
    assert house.tally.counts["capability published"] == 1


async def test_a_link_confirms_only_what_its_party_declared(house: House) -> None:
    await house.submit.need(a_need_declaration())
    await house.submit.capability(a_capability_declaration())
    for about in (OFFER, Declaration(need_id=an_id("none")), Declaration()):
        with pytest.raises(NotAdmittedError):
            await house.confirm(house.visitor(), about)


async def test_a_preview_shows_what_others_would_read(house: House) -> None:
    await house.submit.need(a_need_declaration())
    await house.submit.capability(a_capability_declaration())
    read = ReadDeclaration(house.store.look, MASKS)
    need = await read(house.visitor(), NEED)
    offer = await read(house.visitor("offer"), OFFER)
    assert "Vilaine" not in str(need.text)
    assert "Kerven" not in str(offer.text)


async def test_a_new_link_can_be_asked_for_while_nothing_is_erased(house: House) -> None:
    await house.submit.need(a_need_declaration())
    await house.submit.capability(a_capability_declaration())
    house.clock.pass_by(hours=47)
    await house.confirm.again(house.visitor(), NEED)
    await house.confirm.again(house.visitor("offer"), OFFER)
    assert len(house.told(LetterRequested)) == 4
    house.clock.pass_by(hours=2)
    assert await house.expire() == 0


async def test_a_confirmed_need_is_not_asked_for_again(house: House) -> None:
    await house.with_confirmed_need()
    await house.confirm.again(house.visitor(), NEED)
    assert len(house.told(LetterRequested)) == 1
