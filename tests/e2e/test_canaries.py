"""Nobody's name, address or number is anywhere it should not be, whatever people type."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.stack import SERVICES, Stack
from shared.contracts.topics import CONTACTS
from tests.e2e.everywhere import found
from tests.e2e.journey import EMAIL, RESEARCHER_EMAIL, Journey, link_in, metrics_page, river_samples

pytestmark = pytest.mark.timeout(240)

OURS = ("Zorglub", "Canarivet", "camille@", "amis-zorglub", "12 34 56 78", "612345678")
THEIRS = ("Blurfix", "Canarivage", "alex@", "labo-riviere", "98 76 54 32", "698765432")
TYPED = (
    "Nous sommes les Amis du Canal Zorglub ; écrivez à camille@amis-zorglub.example.org ou appelez"
    " le 06 12 34 56 78 (Mme Canarivet), voir www.amis-zorglub.example.org. L'eau de la rivière"
    " mousse après les orages, les poissons meurent, nous voulons suivre les pollutions de l'eau."
)
THEY_TYPED = (
    "Alex Canarivage, Université Blurfix, alex@labo-riviere.example.org, 06 98 76 54 32 :"
    " nous mesurons les pollutions de l'eau des rivières après les orages et leurs effets sur les"
    " poissons, avec des pêcheurs et des écoles. https://labo-riviere.example.org"
)


async def test_before_both_accepted_nothing_shows_who_it_is(
    journey: Journey, tmp_path: Path
) -> None:
    await journey.register(summary=THEY_TYPED, phone="06 98 76 54 32")
    await journey.confirm(RESEARCHER_EMAIL)
    await journey.load_samples(river_samples(tmp_path))
    await journey.deposit(description=TYPED, phone="06 12 34 56 78")
    await journey.confirm()
    proposals = await journey.asked(3)
    alex = next(mail for mail in proposals if mail["to"] == [RESEARCHER_EMAIL])

    page = await journey.browser.open(link_in(alex, "answer"))
    await journey.answer(alex, "accept")
    willing = await journey.told(EMAIL, after=1)
    their_page = await journey.browser.open(link_in(willing, "answer"))
    own_page = await journey.my_page(willing)

    for mail in proposals:
        assert found(OURS, mail["text"] + mail["html"] + str(mail["headers"])) == []
    assert found(OURS, page.response.text) == []
    assert found(THEIRS, willing["text"] + willing["html"] + str(willing["headers"])) == []
    assert found(THEIRS, their_page.response.text) == []
    assert found(THEIRS, own_page.response.text) == []
    await nowhere_else(journey.stack)


async def nowhere_else(stack: Stack) -> None:
    """Neither on the log (contacts aside), nor in what operators see."""
    on_the_log = await everything_on_the_log(stack.bootstrap)
    assert any(b"need.published.v1" in record for record in on_the_log)
    assert [r for r in on_the_log if found(OURS + THEIRS, r.decode(errors="replace"))] == []
    for service in SERVICES:
        assert found(OURS + THEIRS, stack.log(service).read_text()) == [], service
        metrics = await metrics_page(stack, service)
        assert found((*OURS, *THEIRS, "@"), metrics) == [], service


async def everything_on_the_log(bootstrap: str) -> list[bytes]:
    """Keys, headers and values of all topics but contacts."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    topics = [t for t in await admin.list_topics() if t.startswith("passerelle.")]
    await admin.close()
    assert CONTACTS.name in topics
    consumer = AIOKafkaConsumer(
        *(topic for topic in topics if topic != CONTACTS.name),
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    await consumer.start()
    records: list[bytes] = []
    try:
        while batches := await consumer.getmany(timeout_ms=2_000):
            for record in (record for batch in batches.values() for record in batch):
                headers = b"".join(k.encode() + (v or b"") for k, v in record.headers)
                records.append((record.key or b"") + headers + (record.value or b""))
    finally:
        await consumer.stop()
    return records


def test_the_search_finds_what_it_looks_for() -> None:
    assert found(OURS, TYPED)
    assert found(THEIRS, THEY_TYPED)
