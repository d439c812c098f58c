"""Everything fails at random for a minute; nothing is lost, doubled, turned round or invented."""

from pathlib import Path

import pytest

from tests.reliability.storm.house import forget
from tests.reliability.storm.storm import storm

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("seed", [1])
async def test_a_storm_passes_and_all_is_well(seed: int, tmp_path: Path) -> None:
    result = await storm(tmp_path / "storm", seed=seed, seconds=60, say=print)
    assert {name: found for name, found in result.found.items() if found} == {}
    assert result.counts["introductions"] > 0
    await forget(tmp_path / "storm")
