"""Erasing oneself: nothing is left in any database or newest state, and nothing comes back.

Log topics are not searched: a word quoted there leaves by age, within 14 days, as the privacy
notice says.
"""

from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from deploy.embedded.mailbox.store import JsonMail
from shared.contracts.event import derived_id
from shared.contracts.matches import MatchProposed
from shared.contracts.recorded import recorded
from shared.contracts.topics import MATCHES, NEEDS
from shared.contracts.wire import Message, decode, encode
from tests.e2e.everywhere import found, in_tables, places_of
from tests.e2e.journey import EMAIL, RESEARCHER_EMAIL, Journey, link_in, river_samples, until_true
from tests.e2e.paper_browser import Page
from tests.integration.runtime_parts import send

pytestmark = pytest.mark.timeout(280)

OURS = ("Zorglub", "Canarivet", "camille@", "12 34 56 78", "612345678", "mousse après les orages")
THEIRS = ("Blurfix", "Canarivage", "alex@", "tensioactifs")
POISON = b'{"title": "Zorglub Canarivet'


@pytest.fixture
async def introduced(journey: Journey, tmp_path: Path) -> JsonMail:
    """A researcher and an organisation were introduced, two more were asked."""
    await journey.register()
    await journey.confirm(RESEARCHER_EMAIL)
    await journey.load_samples(river_samples(tmp_path))
    await journey.deposit()
    await journey.confirm()
    asked = await journey.asked(3)
    theirs = next(mail for mail in asked if mail["to"] == [RESEARCHER_EMAIL])
    await journey.answer(theirs, "accept")
    willing = await journey.told(EMAIL, after=1)
    await journey.answer(willing, "accept")
    await journey.told(RESEARCHER_EMAIL, after=2)
    return await journey.told(EMAIL, after=2)


async def test_an_organisation_leaves_nothing_behind(
    journey: Journey, introduced: JsonMail
) -> None:
    need_id = await _need_id(journey)
    await _leave_rubbish(journey, need_id)
    assert {place.split(":")[0] for place in await places_of(journey.stack, OURS)} >= {
        *("profiles", "matcher", "notifier", "topic")
    }
    await journey.stack.stop("matcher")
    assert "Tout est effacé" in (await _erase_everything(journey, introduced)).text
    await journey.stack.start("matcher")
    await _nowhere(journey, OURS)

    mails = await journey.stack.mailbox.mails()
    await journey.stack.kill("broker")
    await journey.stack.start("broker")
    for service in ("matcher", "notifier"):
        assert await journey.stack.command(service, "rebuild") == 0
    await _nowhere(journey, OURS)
    await journey.nothing_more_than(mails)
    page = await journey.my_page(introduced)
    assert page.status == 404
    waiting = next(mail for mail in await journey.asked(3) if mail["to"] != [RESEARCHER_EMAIL])
    over = await journey.browser.open(link_in(waiting, "answer"))
    assert found(OURS, over.text) == []


async def test_a_researcher_leaves_nothing_behind(journey: Journey, introduced: JsonMail) -> None:
    team = await journey.told(RESEARCHER_EMAIL, after=2)
    assert introduced
    assert await places_of(journey.stack, THEIRS) != []
    await _erase_everything(journey, team)
    await _nowhere(journey, THEIRS)
    assert (await journey.my_page(team)).status == 404


async def _erase_everything(journey: Journey, mail: JsonMail) -> Page:
    page = await journey.browser.open(link_in(mail, "mine") + "/erase")
    done = await page.submit(page.form("sure"), sure="yes")
    assert done.status == 200, done.text
    return done


async def _nowhere(journey: Journey, canaries: tuple[str, ...]) -> None:
    left: list[str] = []

    async def nothing_left() -> bool:
        nonlocal left
        left = await places_of(journey.stack, canaries)
        return not left

    try:
        await until_true(nothing_left, within_s=60, what="erasure everywhere")
    except AssertionError as late:
        raise AssertionError(left) from late


async def _need_id(journey: Journey) -> UUID:
    connection = await asyncpg.connect(journey.stack.dsn("profiles"))
    try:
        need_id: UUID = await connection.fetchval("select id from need")
    finally:
        await connection.close()
    return need_id


async def _leave_rubbish(journey: Journey, need_id: UUID) -> None:
    """A dead letter in two services, and an event that waits, all with the organisation's words."""
    match = decode(recorded("match.proposed.v1"))
    assert isinstance(match, MatchProposed)
    quoted = match.reasons[0].model_copy(update={"need_span": "Zorglub"})
    early = match.model_copy(
        update={
            "id": derived_id(need_id, "rubbish"),
            "proposal_id": derived_id(need_id, "rubbish", "proposal"),
            "need_id": need_id,
            "reasons": (quoted, *match.reasons[1:]),
        }
    )
    poison = Message(NEEDS.name, str(need_id).encode(), encode(early).headers, POISON)
    await send(journey.stack.bootstrap, poison, encode(early))
    assert MATCHES.name == encode(early).topic
    for service, place in (("notifier", "dead_letter.value"), ("matcher", "dead_letter.value")):
        dsn = journey.stack.dsn(service)

        async def is_there(dsn: str = dsn, place: str = place) -> bool:
            return place in await in_tables(dsn, ("Zorglub",))

        await until_true(is_there, what=f"{place} of {service}")

    async def waits() -> bool:
        return "parked.value" in await in_tables(journey.stack.dsn("notifier"), ("Zorglub",))

    await until_true(waits, what="what waits")


def test_the_search_finds_what_it_looks_for() -> None:
    assert found(OURS, POISON.decode()) == ["Zorglub", "Canarivet"]
