"""The whole system, started as `make demo` starts it, in a folder and on ports of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from deploy.embedded.ports import Ports
from deploy.embedded.stack import Stack
from tests.e2e.journey import Journey
from tests.e2e.paper_browser import PaperBrowser

QUICK = {"PASSERELLE_UNDO_S": "0", "PASSERELLE_IN_DOUBT_WAIT_S": "1", "PASSERELLE_LEASE_S": "3"}


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncGenerator[Stack]:
    """All services, without samples; answers take effect at once."""
    made = Stack(
        folder=tmp_path, ports=Ports.free(), durable=False, mailbox_may_fail=True, common=QUICK
    )
    try:
        async with made:
            yield made
    finally:
        await made.forget()


@pytest.fixture
async def journey(stack: Stack) -> AsyncGenerator[Journey]:
    """Someone without JavaScript in front of it."""
    async with PaperBrowser.opened() as browser:
        yield Journey(stack, browser)
