"""What every store of the profiles service does, in memory or in PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

from services.profiles.application.ports import Begin, Deed
from services.profiles.domain import capability as capabilities
from services.profiles.domain import need as needs
from services.profiles.domain.facilitator import Facilitator
from services.profiles.domain.need import NeedText, Review
from services.profiles.domain.party import Party, Side
from services.profiles.domain.progress import Asked
from services.profiles.domain.reading import Origin, Question, Reading, Tick
from tests.support.fakes_profiles import MONDAY, a_capability, a_contact, a_need, an_id

LATER = MONDAY + timedelta(hours=1)
ANNE = Party(an_id("party"), Side.ORGANISATION, a_contact())


class Store(Protocol):
    """Transactions, however they are kept."""

    @property
    def begin(self) -> Begin: ...
    @property
    def look(self) -> Begin: ...


class StoreSuite:
    async def test_an_address_belongs_to_one_party_a_side(self, store: Store) -> None:
        same = replace(ANNE, id=an_id("other"), contact=a_contact(email="ANNE@example.org"))
        on_the_other_side = replace(same, side=Side.RESEARCHER)
        async with store.begin() as t:
            assert await t.parties.add(ANNE)
            assert not await t.parties.add(same)
            assert await t.parties.add(on_the_other_side)
            assert await t.parties.at("anne@example.org") == [ANNE, on_the_other_side]
            assert await t.parties.at("anne@example.org", [Side.ORGANISATION]) == [ANNE]

    async def test_a_saved_party_comes_back_as_it_was(self, store: Store) -> None:
        changed = ANNE.confirmed(a_contact(person="Anne L.", phone="01 02 03 04 05"))
        async with store.begin() as t:
            await t.parties.add(ANNE)
            await t.parties.save(changed)
        async with store.look() as t:
            assert await t.parties.get(ANNE.id) == changed
            assert await t.parties.get(an_id("nobody")) is None

    async def test_an_erased_party_keeps_its_id_alone(self, store: Store) -> None:
        async with store.begin() as t:
            await t.parties.add(ANNE)
            await t.parties.erase(ANNE.id)
            erased = await t.parties.get(ANNE.id)
            assert erased is not None
            assert (erased.contact.email, erased.contact.person, erased.version) == ("", "", 2)
            assert await t.parties.at("anne@example.org") == []
            assert await t.parties.add(replace(ANNE, id=an_id("again")))

    async def test_a_need_is_added_once_and_comes_back_in_each_state(self, store: Store) -> None:
        need = a_need()
        confirmed = need.confirm(at=LATER, review=Review.AUTO, public_text=NeedText("a", "b"))
        in_review = need.confirm(at=LATER, review=Review.MANUAL, public_text=NeedText("a", "b"))
        async with store.begin() as t:
            await t.parties.add(ANNE)
            assert await t.needs.add(need)
            assert not await t.needs.add(need)
            for state in (need, in_review, confirmed, confirmed.withdraw(at=LATER)):
                await t.needs.save(state)
                assert await t.needs.get(need.id) == state
            await t.needs.save(need.expire(at=LATER))
            assert await t.needs.of(ANNE.id) == [need.expire(at=LATER)]
            assert await t.needs.get(an_id("none")) is None

    async def test_what_a_need_is_about_comes_back_as_it_was_said(self, store: Store) -> None:
        ticks = (Tick("T1", Origin.FACILITATOR), Tick("T2", Origin.ORGANISATION))
        questions = (Question("Où est Anne ?", "Où est [nom] ?", Origin.ORGANISATION),)
        need = a_need(life=needs.Published())
        read = need.read_as(subjects=ticks, questions=questions)
        async with store.begin() as t:
            await t.parties.add(ANNE)
            await t.needs.add(need)
            await t.needs.save(read)
            assert await t.needs.get(need.id) == read
            assert await t.needs.add(replace(read, id=an_id("another")))
            assert await t.needs.get(an_id("another")) == replace(read, id=an_id("another"))

    async def test_published_needs_are_found_the_newest_first(self, store: Store) -> None:
        later = a_need(id=an_id("later"))
        async with store.begin() as t:
            await t.parties.add(ANNE)
            for need, at in ((a_need(), MONDAY), (later, LATER)):
                text = need.text
                await t.needs.add(need.confirm(at=at, review=Review.AUTO, public_text=text))
            await t.needs.add(a_need(id=an_id("waiting")))
            found = await t.needs.published(at_most=9)
            assert [need.id for need in found] == [later.id, an_id("need")]
            assert [need.id for need in await t.needs.published(at_most=1)] == [later.id]

    async def test_the_newest_reading_is_kept_in_whatever_order_they_come(
        self, store: Store
    ) -> None:
        need_id = an_id("need")
        places = ((2, 1), (2, 3), (2, 2), (1, 9), (3, 1), (3, 1))
        async with store.begin() as t:
            assert await t.readings.of([need_id]) == {}
            for version, number in places:
                answered = (True,) * number
                await t.readings.hear(Reading(need_id, version, number, ("T1", "T2"), answered))
            assert await t.readings.of([need_id, an_id("other")]) == {
                need_id: Reading(need_id, 3, 1, ("T1", "T2"), (True,))
            }
            await t.readings.erase(need_id)
            assert await t.readings.of([need_id]) == {}

    async def test_an_invitation_holds_until_it_is_revoked(self, store: Store) -> None:
        someone = an_id("facilitator")
        async with store.begin() as t:
            assert await t.facilitators.get(someone) is None
            assert not await t.facilitators.revoke(someone)
            first = await t.facilitators.invite(someone, "Dominique")
            assert first == Facilitator(someone, "Dominique")
            assert await t.facilitators.revoke(someone)
            assert await t.facilitators.get(someone) == replace(first, epoch=1)
            assert await t.facilitators.invite(someone, "dominique") == replace(first, epoch=1)

    async def test_what_facilitators_did_is_kept_in_order(self, store: Store) -> None:
        deeds = [
            Deed(MONDAY, "Dominique", an_id("need"), "subjects", 2),
            Deed(LATER, "Claude", an_id("need"), "questions", 1),
        ]
        async with store.begin() as t:
            await t.parties.add(ANNE)
            await t.needs.add(a_need())
            for deed in deeds:
                await t.facilitation.record(deed)
            assert await t.facilitation.of(an_id("need")) == deeds
            assert await t.facilitation.of(an_id("other")) == []

    async def test_a_capability_is_added_once_and_comes_back_in_each_state(
        self, store: Store
    ) -> None:
        capability = a_capability(party_id=ANNE.id)
        published = capability.confirm(at=LATER, public_text=capability.text)
        async with store.begin() as t:
            await t.parties.add(ANNE)
            assert await t.capabilities.add(capability)
            assert not await t.capabilities.add(capability)
            for state in (
                published,
                published.pause(at=LATER, weeks=2),
                published.retire(at=LATER),
                capability.expire(at=LATER),
            ):
                await t.capabilities.save(state)
                assert await t.capabilities.of(ANNE.id) == [state]
            assert await t.capabilities.get(an_id("none")) is None

    async def test_what_waits_too_long_is_found(self, store: Store) -> None:
        async with store.begin() as t:
            await t.parties.add(ANNE)
            await t.needs.add(a_need())
            await t.needs.add(a_need(id=an_id("late"), life=needs.Submitted(LATER)))
            await t.needs.add(a_need(id=an_id("out"), life=needs.Published()))
            await t.capabilities.add(a_capability(party_id=ANNE.id))
            await t.capabilities.add(
                a_capability(id=an_id("out"), party_id=ANNE.id, life=capabilities.Published())
            )
        async with store.look() as t:
            found = await t.needs.unconfirmed(asked_before=MONDAY)
            assert [(due.id, due.party_id) for due in found] == [(an_id("need"), ANNE.id)]
            offers = await t.capabilities.unconfirmed(asked_before=MONDAY)
            assert [due.id for due in offers] == [an_id("capability")]

    async def test_a_proposal_starts_empty_and_keeps_what_is_saved(self, store: Store) -> None:
        ids = {"need_id": an_id("need"), "capability_id": an_id("capability")}
        async with store.begin() as t:
            proposal = await t.proposals.get(an_id("proposal"), **ids)
            changed = proposal.sent(Asked.RESEARCH, MONDAY).answered(Asked.RESEARCH, "accepted")
            await t.proposals.save(changed.introduced(LATER).ended())
        async with store.look() as t:
            kept = changed.introduced(LATER).ended()
            assert await t.proposals.for_needs([an_id("need")]) == [kept]
            assert await t.proposals.for_capabilities([an_id("capability")]) == [kept]
            assert await t.proposals.for_needs([an_id("other")]) == []

    async def test_a_need_is_on_watch_until_somebody_is_proposed(self, store: Store) -> None:
        need_id = an_id("need")
        async with store.begin() as t:
            await t.watch.unmatched(need_id, MONDAY)
            assert await t.watch.since([need_id]) == {need_id: MONDAY}
            await t.watch.proposed(need_id, LATER)
            await t.watch.proposed(need_id, MONDAY)
            assert await t.watch.since([need_id]) == {}
            await t.watch.unmatched(need_id, LATER)
            assert await t.watch.since([need_id, an_id("other")]) == {need_id: LATER}

    async def test_nothing_stays_of_a_transaction_that_failed(self, store: Store) -> None:
        with pytest.raises(LookupError):
            await self._add_then_fail(store)
        async with store.look() as t:
            assert await t.parties.get(ANNE.id) is None

    async def _add_then_fail(self, store: Store) -> None:
        async with store.begin() as t:
            await t.parties.add(ANNE)
            raise LookupError
