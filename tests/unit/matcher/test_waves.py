from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.eligibility import AskingRules, Candidate, Obstacle, Standing, obstacle
from services.matcher.domain.waves import Progress, free_places, next_wave

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = AskingRules(wave=3, enough=2, least_score=0.1)
FREE = Candidate("cap-a", "a", 0.5)

times = st.none() | st.integers(-30, 30).map(lambda days: NOON + timedelta(days=days))
candidates = st.builds(
    Candidate,
    capability_id=st.text("abc", min_size=1, max_size=4),
    researcher_id=st.sampled_from("abcdefg"),
    score=st.sampled_from([0.05, 0.2, 0.5, 0.9]),
    standing=st.sampled_from(Standing),
    paused_until=times,
    max_open=st.integers(0, 3),
    max_per_month=st.integers(0, 4),
    open_proposals=st.integers(0, 3),
    proposals_this_month=st.integers(0, 4),
    asked_before=st.booleans(),
    last_silence=times,
)
waves = st.lists(candidates, max_size=20, unique_by=lambda candidate: candidate.capability_id)
progresses = st.builds(Progress, open_proposals=st.integers(0, 5), introductions=st.integers(0, 3))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"standing": Standing.UNCLAIMED}, Obstacle.UNCLAIMED),
        ({"standing": Standing.RETIRED}, Obstacle.RETIRED),
        ({"standing": Standing.PAUSED}, Obstacle.PAUSED),
        ({"standing": Standing.PAUSED, "paused_until": NOON + timedelta(1)}, Obstacle.PAUSED),
        ({"standing": Standing.PAUSED, "paused_until": NOON}, None),
        ({"asked_before": True}, Obstacle.ASKED_BEFORE),
        ({"score": 0.09}, Obstacle.TOO_FAR),
        ({"open_proposals": 2}, Obstacle.OPEN_CAP),
        ({"proposals_this_month": 3}, Obstacle.MONTH_CAP),
        ({"last_silence": NOON - timedelta(13)}, Obstacle.RESTING),
        ({"last_silence": NOON - timedelta(14)}, None),
    ],
)
def test_what_keeps_someone_from_being_asked(
    change: dict[str, object], expected: Obstacle | None
) -> None:
    assert obstacle(replace(FREE, **change), RULES, NOON) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("open_proposals", "introductions", "places"),
    [(0, 0, 3), (2, 0, 1), (3, 0, 0), (4, 0, 0), (1, 1, 1), (0, 1, 2), (0, 2, 0)],
)
def test_open_proposals_and_introductions_take_places(
    open_proposals: int, introductions: int, places: int
) -> None:
    assert free_places(Progress(open_proposals, introductions), RULES) == places


@given(waves, progresses)
def test_nobody_is_asked_who_may_not_be(found: list[Candidate], progress: Progress) -> None:
    wave = next_wave(found, progress, RULES, NOON)
    for asked in wave.asked:
        assert asked.standing in {Standing.ACTIVE, Standing.PAUSED}
        assert asked.standing is Standing.ACTIVE or (
            asked.paused_until is not None and asked.paused_until <= NOON
        )
        assert not asked.asked_before
        assert asked.score >= RULES.least_score
        assert asked.open_proposals < asked.max_open
        assert asked.proposals_this_month < asked.max_per_month


@given(waves, progresses)
def test_a_wave_never_asks_more_than_there_are_places(
    found: list[Candidate], progress: Progress
) -> None:
    wave = next_wave(found, progress, RULES, NOON)
    assert len(wave.asked) <= wave.places == free_places(progress, RULES)
    assert wave.is_short == (len(wave.asked) < wave.places)


@given(waves, progresses)
def test_nobody_is_asked_twice(found: list[Candidate], progress: Progress) -> None:
    asked = Counter(c.researcher_id for c in next_wave(found, progress, RULES, NOON).asked)
    assert all(times == 1 for times in asked.values())


@given(waves, progresses)
def test_order_of_arrival_does_not_matter(found: list[Candidate], progress: Progress) -> None:
    shuffled = sorted(found, key=lambda candidate: candidate.capability_id)
    assert next_wave(found, progress, RULES, NOON) == next_wave(shuffled, progress, RULES, NOON)


@given(waves)
def test_whoever_is_left_out_is_no_better_or_counted(found: list[Candidate]) -> None:
    wave = next_wave(found, Progress(), RULES, NOON)
    free = [c for c in found if obstacle(c, RULES, NOON) is None]
    assert sum(wave.obstacles.values()) == len(found) - len(free)
    left = [c for c in free if c.researcher_id not in {a.researcher_id for a in wave.asked}]
    worst = min((asked.score for asked in wave.asked), default=0.0)
    assert all(candidate.score <= worst for candidate in left)


def test_among_equals_the_less_busy_goes_first() -> None:
    busy, free = Candidate("a", "a", 0.5, open_proposals=1), Candidate("b", "b", 0.5)
    one_place = Progress(open_proposals=2)
    assert next_wave([busy, free], one_place, RULES, NOON).asked == (free,)


def test_the_better_capability_of_a_researcher_is_proposed() -> None:
    better, worse = Candidate("a", "r", 0.9), Candidate("b", "r", 0.5)
    assert next_wave([worse, better], Progress(), RULES, NOON).asked == (better,)
