"""The pages behind the links: what GET shows, what POST decides, what neither can do."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import pytest

from deploy.embedded.mailbox import Mailbox
from shared.contracts.links import ANSWER, PAGE, UNSUBSCRIBE, LinkKind
from shared.contracts.topics import CONTACTS
from shared.runtime.tokens import Links, Ticket
from tests.support.builders_events import an_id
from tests.support.builders_notifier import (
    ORGANISATION,
    RESEARCHER,
    match_proposed,
    need_closed,
    organisation_contact,
    researcher_contact,
    the_world,
    tombstone,
)
from tests.support.fakes_notifier import Bench, a_bench


@pytest.fixture
async def bench(database_dsn: str, mailbox: Mailbox) -> AsyncGenerator[Bench, None]:
    """A notifier that has asked ada."""
    async with a_bench(database_dsn, mailbox) as opened:
        await opened.hear(*the_world(), match_proposed())
        await opened.send()
        yield opened


def signed(
    bench: Bench, kind: LinkKind, party: UUID, *, epoch: int = 0, proposal: UUID | None = None
) -> str:
    """A link with any contents, signed with the right key."""
    ids = {"proposal": proposal} if proposal else {}
    expires_at = bench.clock() + timedelta(days=1)
    links = Links(bench.wiring.settings.link_keys, bench.clock)
    return kind.path + links.sign(Ticket(kind.purpose, party, epoch, ids, expires_at))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_looking_changes_nothing(bench: Bench, method: str) -> None:
    before = await bench.tables()
    for path in (bench.link(RESEARCHER, "answer"), bench.link(RESEARCHER, "unsubscribe")):
        for query in ("", "?choice=accept", "?choice=decline", "?List-Unsubscribe=One-Click"):
            response = await bench.client.request(method, path + query)
            assert response.status_code == (405 if method == "OPTIONS" else 200)
    undo = bench.link(RESEARCHER, "answer") + "/undo"
    assert (await bench.client.request(method, undo)).status_code in {404, 405}
    assert await bench.tables() == before


@pytest.mark.parametrize("choice", ["accept", "decline", "later"])
async def test_the_choice_of_the_mail_is_chosen_already(bench: Bench, choice: str) -> None:
    page = await bench.client.get(bench.link(RESEARCHER, "answer") + f"?choice={choice}")
    assert f'name="choice" value="{choice}" checked' in page.text


async def test_pages_are_protected(bench: Bench) -> None:
    for path in (bench.link(RESEARCHER, "answer"), bench.link(RESEARCHER, "unsubscribe"), "/no"):
        headers = (await bench.client.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "form-action 'self'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        assert "set-cookie" not in headers


async def test_an_answer_counts_down_and_can_be_undone(bench: Bench) -> None:
    page = await bench.say(RESEARCHER, "accept")
    assert 'data-seconds="600"' in page.text
    undone = await bench.client.post(bench.link(RESEARCHER, "answer") + "/undo")
    assert "annulée" in undone.text
    await bench.pass_time(seconds=601)
    assert await bench.stage() == "sent"
    assert not bench.mails(ORGANISATION)


async def test_a_double_post_is_one_answer(bench: Bench) -> None:
    assert (await bench.say(RESEARCHER, "accept")).status_code == 200
    bench.clock.forward(seconds=300)
    before = await bench.tables()
    assert (await bench.say(RESEARCHER, "accept")).status_code == 200
    assert await bench.tables() == before
    await bench.pass_time(seconds=301)
    assert (await bench.say(RESEARCHER, "accept")).status_code == 200
    assert (await bench.told_types()).count("proposal.answered") == 1


async def test_another_answer_counts_only_while_the_first_can_be_undone(bench: Bench) -> None:
    await bench.say(RESEARCHER, "accept")
    assert (await bench.say(RESEARCHER, "decline", reason="ethics")).status_code == 200
    await bench.pass_time(seconds=601)
    assert await bench.stage() == "declined"
    late = await bench.say(RESEARCHER, "accept")
    assert late.status_code == 409
    assert "Vous aviez déjà répondu" in late.text
    assert (await bench.client.post(late.request.url.path + "/undo")).status_code == 409


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"choice": "maybe"},
        {"choice": "decline"},
        {"choice": "decline", "reason": "boring"},
        {"choice": "later", "later_on": "soon"},
        {"choice": "later", "later_on": "2026-03-02"},
        {"choice": "later", "later_on": "2026-03-17"},
    ],
    ids=str,
)
async def test_an_incomplete_answer_is_explained(bench: Bench, fields: dict[str, str]) -> None:
    before = await bench.tables()
    page = await bench.client.post(bench.link(RESEARCHER, "answer"), data=fields)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert await bench.tables() == before


async def test_later_asks_once_more_on_that_day(bench: Bench) -> None:
    page = await bench.say(RESEARCHER, "later", later_on="2026-03-09")
    assert "9 mars 2026" in page.text
    await bench.pass_time(seconds=601)
    await bench.pass_time(days=6)
    assert len(bench.mails(RESEARCHER)) == 1
    await bench.pass_time(days=1)
    assert bench.mails(RESEARCHER)[-1].subject.startswith("Comme convenu")
    page = await bench.client.get(bench.link(RESEARCHER, "answer"))
    assert 'value="later"' not in page.text


async def test_pages_speak_the_readers_language_and_can_switch(bench: Bench) -> None:
    path = bench.link(RESEARCHER, "answer")
    assert '<html lang="fr">' in (await bench.client.get(path)).text
    english = await bench.client.post(path + "?lang=en", data={"choice": "accept"})
    assert "You accepted" in english.text
    assert str(english.url).endswith("?lang=en")


async def test_a_link_for_something_else_or_someone_else_opens_nothing(bench: Bench) -> None:
    stranger = an_id("researcher/bob")
    await bench.hear(researcher_contact("bob"))
    proposal = an_id("proposal/ada")
    page_token = signed(bench, PAGE, RESEARCHER).removeprefix(PAGE.path)
    for path in (
        "/answer/nonsense",
        "/answer/" + page_token,
        "/unsubscribe/" + page_token,
        signed(bench, ANSWER, RESEARCHER),
        signed(bench, ANSWER, RESEARCHER, proposal=an_id("proposal/none")),
        signed(bench, ANSWER, stranger, proposal=proposal),
        "/",
        "/static/../settings.py",
    ):
        assert (await bench.client.get(path)).status_code == 404, path
        assert (await bench.client.post(path)).status_code in {404, 405}, path


async def test_an_old_or_revoked_link_says_so(bench: Bench) -> None:
    path = bench.link(RESEARCHER, "answer")
    await bench.hear(researcher_contact(version=2, epoch=1))
    assert (await bench.client.get(path)).status_code == 410
    bench.clock.forward(days=31)
    gone = await bench.client.post(path, data={"choice": "accept"})
    assert gone.status_code == 410
    assert "plus valable" in gone.text


async def test_an_erased_party_has_no_pages(bench: Bench) -> None:
    path = bench.link(RESEARCHER, "unsubscribe")
    await bench.hear(tombstone(CONTACTS, RESEARCHER))
    assert (await bench.client.post(path)).status_code == 410


async def test_a_closed_need_is_explained_and_takes_no_answer(bench: Bench) -> None:
    await bench.hear(need_closed())
    page = await bench.client.get(bench.link(RESEARCHER, "answer"))
    assert "a été retirée" in page.text
    assert (await bench.say(RESEARCHER, "accept")).status_code == 409
    assert (await bench.told_types())[-1] == "proposal.withdrawn"


async def test_an_incomplete_answer_to_what_is_over_says_that_it_is_over(bench: Bench) -> None:
    await bench.hear(need_closed())
    path = bench.link(RESEARCHER, "answer")
    page = await bench.client.post(path + "?lang=fr", data={"choice": "decline"})
    assert page.status_code == 409
    assert "a été retirée" in page.text


async def test_without_its_database_a_page_asks_to_try_again(bench: Bench) -> None:
    path = bench.link(RESEARCHER, "answer")
    await bench.wiring.host.pool.close()
    page = await bench.client.post(path, data={"choice": "accept"})
    assert page.status_code == 503
    assert "Réessayez" in page.text


async def test_an_oversized_form_is_refused(bench: Bench) -> None:
    path = bench.link(RESEARCHER, "answer")
    assert (await bench.client.post(path, content=b"x" * 20_000)).status_code == 413


async def test_a_mail_program_unsubscribes_with_one_post_and_no_cookie(bench: Bench) -> None:
    header = bench.mails(RESEARCHER)[0].message["List-Unsubscribe"]
    bench.client.follow_redirects = False
    for _ in range(2):
        response = await bench.client.post(
            str(header).strip("<>"), data={"List-Unsubscribe": "One-Click"}
        )
        assert response.status_code == 200
        assert "set-cookie" not in response.headers
    assert await bench.stage() == "withdrawn"
    assert (await bench.told_types()).count("proposal.withdrawn") == 1


async def test_who_unsubscribed_gets_no_proposals_until_resuming(bench: Bench) -> None:
    path = bench.link(RESEARCHER, "unsubscribe")
    await bench.client.post(path, data={"action": "stop"})
    other = an_id("proposal/second")
    await bench.hear(match_proposed(proposal_id=other))
    await bench.pass_time(days=15)
    assert len(bench.mails(RESEARCHER)) == 1
    page = await bench.client.post(path, data={"action": "resume"})
    assert 'id="stop"' in page.text
    await bench.hear(match_proposed(proposal_id=an_id("proposal/third")))
    await bench.send()
    assert len(bench.mails(RESEARCHER)) == 2


async def test_an_organisation_that_unsubscribes_still_hears_the_answers(bench: Bench) -> None:
    await bench.client.post(signed(bench, UNSUBSCRIBE, ORGANISATION))
    await bench.hear(organisation_contact(version=2, language="en"))
    await bench.say(RESEARCHER, "accept")
    await bench.pass_time(seconds=601)
    await bench.pass_time(days=5)
    assert [mail.subject[:23] for mail in bench.mails(ORGANISATION)] == ["A research team is will"]
