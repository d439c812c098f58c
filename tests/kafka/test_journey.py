"""The main journey once more, with Apache Kafka between the services."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from deploy.embedded.ports import Ports
from deploy.embedded.stack import Stack
from tests.e2e.conftest import QUICK, journey
from tests.e2e.test_journey import (
    ready,
    test_a_need_finds_a_team_and_both_are_introduced,
    test_a_researcher_registers_and_is_asked_about_a_need_on_watch,
)

__all__ = [
    "journey",
    "ready",
    "test_a_need_finds_a_team_and_both_are_introduced",
    "test_a_researcher_registers_and_is_asked_about_a_need_on_watch",
]
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
async def stack(bootstrap: str, tmp_path: Path) -> AsyncGenerator[Stack]:
    """All services, without samples; answers take effect at once."""
    made = Stack(folder=tmp_path, ports=Ports.free(), kafka=bootstrap, durable=False, common=QUICK)
    try:
        async with made:
            yield made
    finally:
        await made.forget()
