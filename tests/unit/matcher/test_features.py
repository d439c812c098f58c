from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.bridges import Adapter, Bridges, Scope
from services.matcher.domain.capability import Output, parts_of
from services.matcher.domain.features import BEST_PARTS, FEATURES, asked, features_of, meanings
from services.matcher.domain.fit import goals_fit, language_fit, modes_fit, place_fit
from services.matcher.domain.lexical import Rarity, bm25, rare_words
from services.matcher.domain.need import Place
from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.vectors import Centring, mean_of_best, unit
from tests.support.builders_represented import (
    EAST,
    NORTH,
    UP,
    a_capability,
    a_need,
    a_represented_capability,
    a_represented_need,
)

BRIDGES = Bridges(
    "1",
    SubjectSpace("1", ("wells",), np.array([2], np.uint8), EAST[np.newaxis], UP[np.newaxis]),
    Adapter(np.stack([EAST]), np.stack([UP])),
    Scope(np.stack([EAST]), np.stack([NORTH])),
)
RARITY = Rarity(documents=9, found_in={"eau": 4}, mean_length=3.0)


def test_goals_and_modes_fit_by_the_share_of_what_is_wanted() -> None:
    assert goals_fit({3, 6}, {6, 14}) == 0.5
    assert modes_fit(["thesis", "dont_know"], ["thesis", "training"]) == 1.0


def test_what_was_not_ticked_is_unknown() -> None:
    assert goals_fit([], {6}) is None
    assert goals_fit({6}, []) is None
    assert modes_fit(["dont_know"], ["thesis"]) is None


@pytest.mark.parametrize(
    ("need", "capability", "fit"),
    [
        (Place("Brest", "Bretagne"), Place("BREST"), 1.0),
        (Place("Brest", "Bretagne"), Place("Rennes", "bretagne"), 0.7),
        (Place("Brest", "Bretagne"), Place("Lyon", "Rhône"), 0.0),
        (Place("Brest"), Place("Lyon", "Rhône"), None),
        (Place(), Place("Lyon", "Rhône"), None),
        (Place("", "Bretagne"), Place(), None),
    ],
)
def test_places_fit_by_city_then_region(need: Place, capability: Place, fit: float | None) -> None:
    assert place_fit(need, capability) == fit


@given(st.sets(st.integers(1, 17), min_size=1), st.integers(1, 17))
def test_whoever_serves_every_goal_fits_less_than_who_serves_this_one(
    others: set[int], wanted: int
) -> None:
    exactly, everything = goals_fit({wanted}, {wanted}), goals_fit({wanted}, range(1, 18))
    assert exactly == 1.0
    assert everything == pytest.approx(4 / 17)
    some = goals_fit({wanted}, others | {wanted})
    assert some is not None
    assert 4 / 17 <= some <= 1.0


def test_four_goals_and_three_modes_may_be_ticked_without_loss() -> None:
    assert goals_fit({3}, {3, 4, 5, 6}) == 1.0
    assert goals_fit({3}, {3, 4, 5, 6, 7}) == pytest.approx(0.8)
    assert modes_fit(["thesis"], ["thesis", "training", "workshop", "dont_know"]) == 1.0
    assert modes_fit(["thesis"], ["thesis", "training", "workshop", "expertise"]) == 0.75


def test_languages_fit_or_not() -> None:
    assert (language_fit("fr", "fr"), language_fit("fr", "en")) == (1.0, 0.0)


def test_a_rare_stem_weighs_more() -> None:
    assert RARITY.weight("eau") == pytest.approx(log(1 + 5.5 / 4.5))
    assert RARITY.weight("fer") == pytest.approx(log(1 + 9.5 / 0.5))
    assert RARITY.rarest({"eau": 3, "zinc": 1, "fer": 1}, at_most=2) == ["fer", "zinc"]


def test_bm25_by_hand() -> None:
    # One stem of two is shared, found twice in a text of average length: 2 x 2.2 / (2 + 1.2).
    score = bm25({"eau": 1, "puit": 1}, {"eau": 2, "chim": 1}, RARITY)
    assert score == pytest.approx(log(1 + 5.5 / 4.5) * 2 * 2.2 / 3.2)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9)))
def test_rare_words_are_a_share_that_grows_with_what_is_shared(found: dict[str, int]) -> None:
    few, many = rare_words({"a": 1}, found, RARITY), rare_words({"a": 1, "b": 1}, found, RARITY)
    assert 0 <= few <= many < 1


def test_centring_takes_off_mean_and_direction() -> None:
    centring = Centring("1", EAST, EAST, EAST, EAST, UP)
    rows = np.stack([EAST + 2 * NORTH + 5 * UP, EAST])
    assert centring.centred(rows, EAST) == pytest.approx(np.stack([NORTH, 0 * EAST]))


def test_unit_rows_have_length_one_and_zeros_stay() -> None:
    rows = np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)
    assert unit(rows) == pytest.approx(np.array([[0.6, 0.8], [0.0, 0.0]]))


def test_the_best_are_averaged() -> None:
    similarities = np.array([0.1, 0.9, 0.5], dtype=np.float32)
    both = np.stack([similarities, -similarities], axis=1)
    assert mean_of_best(both, 2) == pytest.approx([0.7, -0.3])
    assert mean_of_best(both, 9) == pytest.approx([0.5, -0.5])
    assert mean_of_best(both[:0], BEST_PARTS).tolist() == [0, 0]


def test_features_of_a_need_as_typed_leave_questions_out() -> None:
    found = features_of(asked(a_represented_need(), BRIDGES), a_represented_capability(), RARITY)
    assert set(found) == {
        "meaning",
        "adapted",
        "subjects",
        "shared_subjects",
        "rare_words",
        "research",
        "language",
    }
    assert found["meaning"] == pytest.approx(0.5)


def test_features_of_a_need_as_read_have_mean_and_best_question() -> None:
    need = a_represented_need(
        a_need(modes=("thesis",), place=Place("Brest")), questions=np.stack([EAST, NORTH]), sdgs=[6]
    )
    capability = a_represented_capability(
        a_capability(sdgs=(6,), modes=("thesis",), place=Place("Brest")), ["x"], EAST[np.newaxis]
    )
    found = features_of(asked(need, BRIDGES), capability, RARITY)
    assert list(found) == list(FEATURES)
    assert (found["questions"], found["best_question"]) == (0.5, 1.0)
    assert (found["goals"], found["modes"], found["place"]) == (1.0, 1.0, 1.0)


def test_a_recent_output_counts_more_than_an_old_one() -> None:
    def with_output(year: int) -> float:
        outputs = (Output("Iron", year=year), Output("Buses", year=2024))
        capability = replace(
            a_represented_capability(a_capability(outputs=outputs)),
            parts=parts_of(a_capability(outputs=outputs)),
        )
        vectors = np.stack([EAST if part.quote == "Iron" else UP for part in capability.parts])
        return float(meanings(EAST[np.newaxis], replace(capability, part_vectors=vectors))[0])

    assert with_output(2023) > with_output(2010)


def test_a_need_that_is_no_research_is_told_apart_in_french_alone() -> None:
    advert = replace(a_represented_need(), whole=NORTH)
    offer = a_represented_capability()
    assert features_of(asked(advert, BRIDGES), offer, RARITY)["research"] == 0
    english = replace(advert, need=a_need("Buy our sensors", description="They are the best."))
    assert "research" not in features_of(asked(english, BRIDGES), offer, RARITY)


def test_questions_speak_half_for_a_need_that_looks_like_no_research() -> None:
    advert = replace(a_represented_need(questions=EAST[np.newaxis]), whole=NORTH)
    assert (
        features_of(asked(advert, BRIDGES), a_represented_capability(), RARITY)["research"] == 0.5
    )
