"""When mails that nobody waits for may leave: working days, 8 to 18 where people live."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
OPENS, CLOSES, SATURDAY = 8, 18, 5
WEEK = timedelta(days=7)


class MailHours(StrEnum):
    """Which hours hold."""

    WORKING = "working"
    ALWAYS = "always"


def next_opening(now: datetime, hours: MailHours) -> datetime:
    """The first moment from `now` on at which such a mail may leave (aware)."""
    if hours is MailHours.ALWAYS:
        return now
    local = now.astimezone(PARIS)
    if _is_open(local):
        return now
    if local.hour >= OPENS:
        local += timedelta(days=1)
    while local.weekday() >= SATURDAY:
        local += timedelta(days=1)
    return local.replace(hour=OPENS, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)


def _is_open(local: datetime) -> bool:
    return local.weekday() < SATURDAY and OPENS <= local.hour < CLOSES


def next_in_week(sent: list[datetime], now: datetime, *, at_most: int) -> datetime:
    """When one more mail keeps within `at_most` in any week, given the last ones."""
    recent = sorted(moment for moment in sent if moment > now - WEEK)
    if len(recent) < at_most:
        return now
    return recent[-at_most] + WEEK
