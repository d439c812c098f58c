"""With tracing on, one trace leads from a form through all services to the mails that it causes."""

from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded.ports import Ports
from deploy.embedded.stack import SERVICES, Stack
from shared.runtime.outbox import message_from_row
from shared.runtime.tracing import HEADER, trace_id_in
from tests.e2e.conftest import QUICK
from tests.e2e.journey import Journey, river_samples, until_true
from tests.e2e.paper_browser import PaperBrowser

pytestmark = pytest.mark.timeout(240)
PATH = ("letter.requested.v1", "need.published.v1", "match.proposed.v1", "proposal.sent.v1")


@pytest.fixture
async def traced_journey(tmp_path: Path) -> AsyncGenerator[Journey]:
    common = QUICK | {"PASSERELLE_TRACING": "true"}
    stack = Stack(folder=tmp_path, ports=Ports.free(), durable=False, common=common)
    try:
        async with stack, PaperBrowser.opened() as browser:
            journey = Journey(stack, browser)
            await journey.load_samples(river_samples(tmp_path))
            yield journey
    finally:
        await stack.forget()


async def carried(stack: Stack) -> list[tuple[str, str | None]]:
    """Type and trace of every event that the services have told."""
    found: list[tuple[str, str | None]] = []
    for service in SERVICES:
        connection = await asyncpg.connect(stack.dsn(service))
        for row in await connection.fetch("select * from outbox order by id"):
            headers = dict(message_from_row(dict(row)).headers)
            trace = trace_id_in((headers.get(HEADER) or b"").decode())
            found.append(((headers["ce_type"] or b"").decode(), trace))
        await connection.close()
    return found


async def test_one_trace_from_the_form_to_the_proposals(traced_journey: Journey) -> None:
    await traced_journey.deposit()
    await traced_journey.confirm()
    await traced_journey.asked(3)

    async def told_of_all() -> bool:
        types = [event_type for event_type, _ in await carried(traced_journey.stack)]
        return types.count("proposal.sent.v1") == 3

    await until_true(told_of_all, what="three proposals told to the log")
    events = await carried(traced_journey.stack)
    of_the_need = {(event_type, trace) for event_type, trace in events if event_type in PATH}
    [(_, trace)] = [one for one in of_the_need if one[0] == "letter.requested.v1"]
    assert trace is not None
    assert of_the_need == {(event_type, trace) for event_type in PATH}
