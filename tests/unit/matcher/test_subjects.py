import numpy as np
import pytest

from services.matcher.adapters.bridge_files import read_bridges
from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.vectors import unit
from tests.support.builders_represented import EAST, NORTH, UP, a_represented_need

SPACE = SubjectSpace(
    "1",
    ("wells", "wells-again", "night-buses", "muons"),
    np.array([2, 1, 2, 0], dtype=np.uint8),
    unit(np.stack([EAST + UP, EAST + UP, NORTH, EAST])),
    np.stack([UP, UP, NORTH, EAST]),
)
BRIDGES = read_bridges()
SHIPPED = BRIDGES.subjects


def ids(space: SubjectSpace, questions: list[np.ndarray], at_most: int = 8) -> list[str]:
    asked = np.array(questions, dtype=np.float32).reshape(-1, 3)
    need = a_represented_need(questions=asked)
    return [guess.subject_id for guess in space.nearest(need, at_most)]


def test_the_nearest_subject_comes_first_and_equals_keep_their_order() -> None:
    assert ids(SPACE, []) == ["wells", "wells-again", "night-buses"]


def test_a_subject_that_organisations_never_bring_is_not_guessed() -> None:
    assert "muons" not in ids(SPACE, [])


def test_a_question_leads_to_its_own_subject() -> None:
    assert ids(SPACE, [NORTH], at_most=1) == ["night-buses"]


def test_weights_fall_and_sum_to_one() -> None:
    weights = [guess.weight for guess in SPACE.nearest(a_represented_need())]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) == pytest.approx(1)


def test_a_text_is_said_in_research_words_by_its_nearest_subjects() -> None:
    assert SPACE.in_research_words(EAST) == pytest.approx(UP, abs=0.01)


def test_what_people_ticked_weighs_more_than_what_was_guessed() -> None:
    said = SPACE.in_research_words(EAST, ["night-buses", "unheard-of"])
    assert said @ NORTH > said @ UP > 0


def test_asking_for_none_gives_none() -> None:
    assert ids(SPACE, [], at_most=0) == []


def test_the_shipped_subjects_are_all_there_and_different() -> None:
    assert len(set(SHIPPED.ids)) == len(SHIPPED.ids) == 4516
    assert len(SHIPPED.everyday) == len(SHIPPED.research) == 4516
    assert np.linalg.norm(SHIPPED.everyday, axis=1) == pytest.approx(1, abs=1e-5)
    assert set(SHIPPED.likely.tolist()) == {0, 1, 2}


def test_subjects_are_shared_from_what_is_not_common_on() -> None:
    profile = SPACE.profile(EAST)
    assert profile.weights.sum() == pytest.approx(1)
    assert SPACE.shared(profile, UP) > SPACE.shared(profile, unit(UP + NORTH)) > 0
    assert SPACE.shared(profile, NORTH) == pytest.approx(0, abs=0.01)
    assert SPACE.shared(profile, 0 * UP) == 0


def test_ticked_subjects_take_two_thirds_of_a_profile() -> None:
    profile = SPACE.profile(EAST, ["night-buses"])
    assert profile.weights[-1] == pytest.approx(2 / 3)
    assert profile.weights.sum() == pytest.approx(1)
    assert SPACE.shared(profile, NORTH) > SPACE.shared(SPACE.profile(EAST), NORTH)
