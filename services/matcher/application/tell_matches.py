"""Decisions as the events that others read."""

from datetime import datetime
from uuid import UUID

from services.matcher.application.reading_ports import Reading
from services.matcher.application.store_ports import NewProposal, Situation
from services.matcher.domain.eligibility import Obstacle
from services.matcher.domain.waves import Wave
from shared.contracts.event import derived_id
from shared.contracts.matches import (
    Contribution,
    MatchProposed,
    NeedRead,
    NeedUnmatched,
    QuestionReading,
    SubjectGuess,
)


def told_as(proposal_id: UUID) -> UUID:
    """The id of the event that tells a proposal."""
    return derived_id(proposal_id, "match.proposed")


def proposed(proposal: NewProposal, organisation_id: UUID) -> MatchProposed:
    """A proposal as others hear of it."""
    match = proposal.grounds.match
    return MatchProposed.model_validate(
        {
            "id": told_as(proposal.proposal_id),
            "occurred_at": proposal.at,
            "proposal_id": proposal.proposal_id,
            "need_id": proposal.need_id,
            "capability_id": proposal.capability_id,
            "researcher_id": proposal.researcher_id,
            "organisation_id": organisation_id,
            "wave": proposal.wave,
            "score": match.score,
            "grade": match.grade.value,
            "model_version": match.model_version,
            "contributions": [
                Contribution(feature=c.feature, value=c.value, contribution=c.contribution)
                for c in match.contributions
            ],
            "reasons": proposal.grounds.reasons,
        }
    )


def need_read(reading: Reading, at: datetime) -> NeedRead:
    """A reading as others hear of it; the id says which one of which version."""
    place = (reading.need_version, reading.number)
    return NeedRead(
        id=derived_id(reading.need_id, "need.read", *place),
        occurred_at=at,
        version=reading.number,
        need_id=reading.need_id,
        need_version=reading.need_version,
        subjects=tuple(
            SubjectGuess(id=one.subject_id, weight=one.weight) for one in reading.guesses
        ),
        questions=tuple(
            QuestionReading(position=position, answered=answered)
            for position, answered in enumerate(reading.answered)
        ),
    )


def unmatched(
    need_id: UUID, situation: Situation, wave: Wave, *, candidates: int, at: datetime
) -> NeedUnmatched:
    """Told once for each version of the need and number of people asked: the id says so."""
    asked_so_far = situation.proposals + len(wave.asked)
    held_back = wave.obstacles
    busy = (Obstacle.OPEN_CAP, Obstacle.MONTH_CAP, Obstacle.RESTING)
    return NeedUnmatched(
        id=derived_id(need_id, "need.unmatched", situation.version, asked_so_far),
        occurred_at=at,
        need_id=need_id,
        candidates=candidates,
        at_their_cap=sum(held_back[obstacle] for obstacle in busy),
        paused=held_back[Obstacle.PAUSED],
        asked_before=held_back[Obstacle.ASKED_BEFORE],
        too_far=held_back[Obstacle.TOO_FAR],
    )
