"""Who may be asked about a need at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Standing(StrEnum):
    """Where a capability is in its life."""

    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"
    UNCLAIMED = "unclaimed"


class Obstacle(StrEnum):
    """Why someone is not asked."""

    UNCLAIMED = "unclaimed"
    RETIRED = "retired"
    PAUSED = "paused"
    ASKED_BEFORE = "asked_before"
    TOO_FAR = "too_far"
    OPEN_CAP = "open_cap"
    MONTH_CAP = "month_cap"
    RESTING = "resting"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A capability that could be proposed for one need, and how busy its researcher is.

    Attributes:
        open_proposals: Proposals of the researcher that wait for an answer, on all needs.
        proposals_this_month: Proposals put to the researcher in the last 30 days.
        asked_before: Whether the researcher was ever asked about this need.
        last_silence: When the researcher last let a proposal expire.
    """

    capability_id: str
    researcher_id: str
    score: float
    standing: Standing = Standing.ACTIVE
    paused_until: datetime | None = None
    max_open: int = 2
    max_per_month: int = 3
    open_proposals: int = 0
    proposals_this_month: int = 0
    asked_before: bool = False
    last_silence: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskingRules:
    """How many are asked, and how good they must be.

    Attributes:
        wave: Proposals of one need that may be open at a time.
        enough: Introductions that fill a need.
        least_score: A match below it is never proposed.
        rest_after_silence: How long someone who did not answer is left alone.
    """

    wave: int = 3
    enough: int = 2
    least_score: float = 0.0
    rest_after_silence: timedelta = timedelta(days=14)


def obstacle(candidate: Candidate, rules: AskingRules, now: datetime) -> Obstacle | None:
    """The first reason not to ask a candidate; none if they may be asked."""
    return _standing_obstacle(candidate, now) or _need_obstacle(candidate, rules, now)


def _standing_obstacle(candidate: Candidate, now: datetime) -> Obstacle | None:
    match candidate.standing:
        case Standing.UNCLAIMED:
            return Obstacle.UNCLAIMED
        case Standing.RETIRED:
            return Obstacle.RETIRED
        case Standing.PAUSED if candidate.paused_until is None or now < candidate.paused_until:
            return Obstacle.PAUSED
        case _:
            return None


def _need_obstacle(candidate: Candidate, rules: AskingRules, now: datetime) -> Obstacle | None:
    if candidate.asked_before:
        return Obstacle.ASKED_BEFORE
    if candidate.score < rules.least_score:
        return Obstacle.TOO_FAR
    if candidate.open_proposals >= candidate.max_open:
        return Obstacle.OPEN_CAP
    if candidate.proposals_this_month >= candidate.max_per_month:
        return Obstacle.MONTH_CAP
    silence = candidate.last_silence
    if silence is not None and now < silence + rules.rest_after_silence:
        return Obstacle.RESTING
    return None
