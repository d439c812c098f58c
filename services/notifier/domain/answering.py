"""What a side says, held until it can no longer be undone."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.notifier.domain.proposal import NotAllowedError, Proposal, Rules, TooLateError
from services.notifier.domain.register import Answer, Held, Later, Side


def answer(proposal: Proposal, side: Side, said: Answer, now: datetime, rules: Rules) -> Proposal:
    """Hold what a side says until it can no longer be undone.

    Raises:
        TooLateError: Its word does not count any more.
        NotAllowedError: "Later" a second time, in the past or too far away.
    """
    register = proposal.register(side)
    if not proposal.may_answer(side) or _is_over(register.held, now):
        raise TooLateError
    if isinstance(said, Later):
        day = said.until - now.date()
        if not register.may_postpone or not timedelta() < day <= rules.longest_later:
            raise NotAllowedError
    if register.held is not None and register.held.answer == said:
        return proposal
    return proposal.with_register(side, replace(register, held=Held(said, now + rules.undo)))


def undo(proposal: Proposal, side: Side, now: datetime) -> Proposal:
    """Take back an answer that is not effective yet.

    Raises:
        TooLateError: It is effective, or the proposal is over.
    """
    register = proposal.register(side)
    if not proposal.may_answer(side) or _is_over(register.held, now):
        raise TooLateError
    return proposal.with_register(side, replace(register, held=None))


def _is_over(held: Held | None, now: datetime) -> bool:
    return held is not None and held.effective_at <= now
