"""Personal pages over HTTP: what they show, hide and let their owner do."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import pytest

from shared.contracts.capabilities import (
    CapabilityPaused,
    CapabilityPublished,
    CapabilityRetired,
)
from shared.contracts.event import Event
from shared.contracts.introductions import Answer, ProposalAnswered, ProposalSent, Side
from shared.contracts.letters import LetterRequested
from shared.contracts.needs import NeedClosed
from tests.support.fakes_profiles import an_id
from tests.support.fakes_profiles_site import Site, open_site


@pytest.fixture
async def site(database_dsn: str) -> AsyncGenerator[Site]:
    async with open_site(database_dsn) as opened:
        yield opened


async def test_an_old_page_link_leads_to_the_form_for_a_new_one(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    old = site.mine(party_id)
    site.clock.pass_by(days=31)
    for answer in (
        await site.http.get(old),
        await site.http.post(f"{old}/needs/{need_id}/withdraw"),
        await site.http.post(f"{old}/capabilities/{need_id}/retire"),
    ):
        assert answer.status_code == 410
        assert "/lien" in answer.text


async def test_withdrawing_closes_the_need_for_all(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    answer = await site.http.post(f"{page}/needs/{need_id}/withdraw?lang=fr")
    assert answer.status_code == 303
    assert "Votre besoin est retiré" in (await site.http.get(answer.headers["location"])).text
    (closed,) = [event for event in await site.told() if isinstance(event, NeedClosed)]
    assert (closed.need_id, closed.reason) == (need_id, "withdrawn")
    assert (await site.http.get(f"{page}/needs/{need_id}/withdraw")).status_code == 405


async def test_a_page_does_nothing_with_what_belongs_to_others(site: Site) -> None:
    need_id, _ = await site.confirmed_need()
    offer_id, stranger = await site.confirmed_offer()
    page = site.mine(stranger)
    assert (await site.http.post(f"{page}/needs/{need_id}/withdraw")).status_code == 404
    assert (await site.http.post(f"{page}/capabilities/{need_id}/retire")).status_code == 404
    assert (await site.http.post(f"{page}/capabilities/{offer_id}/sell")).status_code == 404


async def test_a_researcher_pauses_resumes_and_retires(site: Site) -> None:
    offer_id, party_id = await site.confirmed_offer()
    page = site.mine(party_id)
    address = f"{page}/capabilities/{offer_id}"
    await site.http.post(f"{address}/pause", data={"weeks": "8"})
    assert "En pause jusqu’au 26 avril 2027" in (await site.http.get(page)).text
    await site.http.post(f"{address}/resume")
    await site.http.post(f"{address}/retire")
    assert "Retirée" in (await site.http.get(page)).text
    told = await site.told()
    (paused,) = [event for event in told if isinstance(event, CapabilityPaused)]
    assert paused.paused_until == site.clock() + timedelta(weeks=8)
    assert len([event for event in told if isinstance(event, CapabilityPublished)]) == 2
    assert len([event for event in told if isinstance(event, CapabilityRetired)]) == 1


def about(need_id: UUID, number: int) -> dict[str, object]:
    return {
        "id": an_id(f"event {number}"),
        "occurred_at": "2027-03-01T10:00:00Z",
        "proposal_id": an_id(f"proposal {number % 10}"),
        "need_id": need_id,
        "capability_id": an_id("capability"),
        "researcher_id": an_id("researcher"),
    }


async def test_the_page_counts_who_is_asked_and_hides_who_refused(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    events: list[Event] = [
        ProposalSent.model_validate({**about(need_id, n), "side": Side.RESEARCH}) for n in (1, 2)
    ]
    for event in events:
        await site.hear(event)
    silent = (await site.http.get(site.mine(party_id))).text
    declined = {**about(need_id, 11), "side": Side.RESEARCH, "answer": Answer.DECLINED}
    await site.hear(ProposalAnswered.model_validate(declined))
    assert (await site.http.get(site.mine(party_id))).text == silent
    accepted = {**about(need_id, 12), "side": Side.RESEARCH, "answer": Answer.ACCEPTED}
    await site.hear(ProposalAnswered.model_validate(accepted))
    willing = (await site.http.get(site.mine(party_id) + "?lang=en")).text
    assert "2 équipes sollicitées" in silent
    assert "1 team is willing" in willing


async def test_the_answer_about_a_lost_link_is_the_same_for_all(site: Site) -> None:
    await site.confirmed_need()
    before = len(await site.told())
    known = await site.send("/lien", {"email": "ANNE.LEGOFF@example.org"})
    unknown = await site.send("/lien", {"email": "nobody@example.org"})
    assert known.headers["location"] == unknown.headers["location"] == "/lien/envoye"
    new = (await site.told())[before:]
    assert [event.kind for event in new if isinstance(event, LetterRequested)] == ["magic_link"]
    assert (await site.send("/lien", {"email": "x"})).status_code == 422
