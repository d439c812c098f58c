from pathlib import Path

import numpy as np
import pytest

from services.matcher.adapters.adapting import learn_adapter
from services.matcher.adapters.bridge_files import read_bridges, write_bridges
from services.matcher.domain.bridges import Adapter, Bridges, Scope
from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.vectors import unit
from tests.support.builders_represented import EAST, NORTH, UP

NOTHING = np.zeros((0, 3), dtype=np.float32)
SCOPE = Scope(np.stack([EAST]), np.stack([NORTH]))


def test_an_adapter_moves_what_it_looks_for_and_nothing_else() -> None:
    adapter = Adapter(np.stack([EAST]), np.stack([UP]))
    assert adapter.adapted(EAST) == pytest.approx(unit(EAST + UP))
    assert adapter.adapted(NORTH) == pytest.approx(NORTH)


def test_an_adapter_learns_from_pairs_and_works_on_others() -> None:
    draws = np.random.default_rng(1)
    research = unit(draws.normal(size=(400, 48)).astype(np.float32))
    everyday = unit(np.roll(research, 1, axis=1) + research)
    adapter = learn_adapter(everyday[:300], research[:300])
    adapted = adapter.adapted(everyday[300:])
    before, after = (
        float((rows * research[300:]).sum(axis=1).mean()) for rows in (everyday[300:], adapted)
    )
    assert after > before + 0.05


def test_learning_an_adapter_again_gives_the_same() -> None:
    rows = unit(np.random.default_rng(2).normal(size=(60, 40)).astype(np.float32))
    one, other = (learn_adapter(rows, rows[::-1].copy()) for _ in range(2))
    assert np.array_equal(one.up, other.up)
    assert np.array_equal(one.down, other.down)


def test_a_text_asks_for_research_when_texts_like_it_do() -> None:
    assert SCOPE.research(EAST, NOTHING) == 1
    assert SCOPE.research(NORTH, NOTHING) == 0
    assert SCOPE.research(unit(EAST + NORTH), NOTHING) == pytest.approx(0.5)


def test_a_text_in_research_words_asks_for_research_too() -> None:
    assert SCOPE.research(UP, np.stack([UP])) == 1


def test_what_is_kept_points_the_same_way_when_read_again(tmp_path: Path) -> None:
    rows = unit(np.stack([EAST + UP, NORTH - UP]))
    space = SubjectSpace("1", ("a", "b"), np.array([2, 0], np.uint8), rows, rows[::-1])
    write_bridges(Bridges("1", space, Adapter(rows, rows), SCOPE), tmp_path)
    again = read_bridges(tmp_path)
    assert again.subjects.ids == space.ids
    assert again.subjects.likely.tolist() == [2, 0]
    assert again.subjects.everyday == pytest.approx(space.everyday, abs=0.01)
    assert again.subjects.research == pytest.approx(space.research, abs=0.01)
    assert again.adapter.up == pytest.approx(rows, abs=0.001)
    assert again.scope.others == pytest.approx(SCOPE.others)
