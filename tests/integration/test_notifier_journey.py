"""From a match to an introduction, through real mails, pages and tables."""

from collections.abc import AsyncGenerator

import pytest

from deploy.embedded.mailbox import Mailbox
from tests.support.builders_notifier import (
    CANARIES,
    ORGANISATION,
    RESEARCHER,
    match_proposed,
    the_world,
)
from tests.support.fakes_notifier import Bench, a_bench


@pytest.fixture
async def bench(database_dsn: str, mailbox: Mailbox) -> AsyncGenerator[Bench, None]:
    async with a_bench(database_dsn, mailbox) as opened:
        yield opened


async def test_both_accept_and_each_gets_the_others_contact(bench: Bench) -> None:
    await bench.hear(*the_world(), match_proposed())
    await bench.send()
    assert (await bench.say(RESEARCHER, "accept")).status_code == 200
    await bench.pass_time(seconds=601)
    assert (await bench.say(ORGANISATION, "accept")).status_code == 200
    await bench.pass_time(seconds=601)
    assert await bench.stage() == "introduced"
    for party, other in ((ORGANISATION, RESEARCHER), (RESEARCHER, ORGANISATION)):
        introduction = bench.mails(party)[-1]
        assert introduction.message["Reply-To"].addresses[0].addr_spec == CANARIES[other][2]
        for known in CANARIES[other]:
            assert known in introduction.text
            assert known in introduction.html
    assert await bench.told_types() == [
        "proposal.sent",
        "proposal.answered",
        "proposal.sent",
        "proposal.answered",
        "introduction.made",
    ]
