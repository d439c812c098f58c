"""When mails that nobody waits for may leave."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.hours import PARIS, MailHours, next_in_week, next_opening

MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001  # hypothesis wants them naive
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(MOMENTS)
def test_the_next_opening_is_on_a_working_day_between_8_and_18_in_paris(now: datetime) -> None:
    opening = next_opening(now, MailHours.WORKING)
    local = opening.astimezone(PARIS)
    assert local.weekday() < 5
    assert 8 <= local.hour < 18
    assert now <= opening <= now + timedelta(days=3)
    assert next_opening(opening, MailHours.WORKING) == opening


@given(MOMENTS)
def test_always_means_now(now: datetime) -> None:
    assert next_opening(now, MailHours.ALWAYS) == now


def test_friday_evening_waits_for_monday_morning() -> None:
    friday = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)
    assert next_opening(friday, MailHours.WORKING) == datetime(2026, 3, 9, 7, tzinfo=UTC)


def test_an_early_morning_waits_for_eight() -> None:
    early = datetime(2026, 3, 3, 2, tzinfo=UTC)
    assert next_opening(early, MailHours.WORKING) == datetime(2026, 3, 3, 7, tzinfo=UTC)


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(1, 3))
def test_no_week_has_more_than_its_share(hours: list[int], at_most: int) -> None:
    sent: list[datetime] = []
    now = datetime(2026, 3, 2, tzinfo=UTC)
    for wait in hours:
        now = next_in_week(sent, now + timedelta(hours=wait), at_most=at_most)
        sent.append(now)
    for moment in sent:
        assert sum(moment - timedelta(days=7) < s <= moment for s in sent) <= at_most
