"""Names, addresses and numbers: nowhere before both accepted, and never in logs or metrics."""

from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from prometheus_client import generate_latest

from deploy.embedded.mailbox import Fault, FaultKind, Mailbox
from shared.runtime.observability import JsonLines
from tests.support.builders_notifier import (
    CANARIES,
    ORGANISATION,
    PHONES,
    RESEARCHER,
    letter,
    match_proposed,
    organisation_contact,
    the_world,
)
from tests.support.fakes_notifier import Bench, a_bench


@pytest.fixture
async def bench(database_dsn: str, mailbox: Mailbox) -> AsyncGenerator[Bench, None]:
    async with a_bench(database_dsn, mailbox) as opened:
        yield opened


def secrets_of(party: UUID) -> tuple[str, ...]:
    return (*CANARIES[party], PHONES[party], *CANARIES[party][0].split())


async def _until_one_accepted(bench: Bench) -> list[str]:
    """A journey up to the organisation's answer; the pages seen on the way."""
    await bench.hear(organisation_contact(verified=False), letter("confirm_address"))
    await bench.send()
    await bench.hear(organisation_contact(version=2), letter("magic_link", number=2))
    await bench.hear(*the_world(), match_proposed())
    await bench.pass_time(days=4)
    pages = []
    for party in (RESEARCHER, ORGANISATION):
        path = bench.link(party, "answer")
        pages.append((await bench.client.get(path)).text)
        pages.append((await bench.say(party, "accept")).text)
        if party == RESEARCHER:
            await bench.pass_time(seconds=601)
            pages.append((await bench.client.get(path)).text)
            await bench.pass_time(days=10)
    return pages


async def test_before_both_accepted_nothing_shows_one_side_to_the_other(bench: Bench) -> None:
    pages = await _until_one_accepted(bench)
    for party, other in ((ORGANISATION, RESEARCHER), (RESEARCHER, ORGANISATION)):
        mails = bench.mails(party)
        assert mails
        seen = "\n".join([m.text + m.html + m.raw.decode() for m in mails])
        for secret in secrets_of(other):
            assert secret not in seen
    for secret in (*secrets_of(ORGANISATION), *secrets_of(RESEARCHER)):
        assert secret not in "\n".join(pages)
    await bench.pass_time(seconds=601)
    assert CANARIES[RESEARCHER][2] in bench.mails(ORGANISATION)[-1].text


async def test_logs_metrics_and_topics_have_nothing_personal(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for fault in (FaultKind.DEFER_RECIPIENT, FaultKind.REFUSE_RECIPIENT):
        bench.mailbox.faults.add(Fault(fault, to="camille"))
    await _until_one_accepted(bench)
    await bench.pass_time(seconds=601)
    await bench.client.get("/answer/" + "x" * 50)
    logged = "\n".join(JsonLines().format(record) for record in caplog.records)
    measured = generate_latest(bench.wiring.host.metrics.registry).decode()
    told = str(await bench.told())
    for secret in (*secrets_of(ORGANISATION), *secrets_of(RESEARCHER), "rivière", "riverains"):
        for place in (logged, measured, told):
            assert secret not in place
