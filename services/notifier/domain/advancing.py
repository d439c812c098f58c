"""What the passing of time changes: answers take effect, "later" asks again, silence expires."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import assert_never

from services.notifier.domain.effects import (
    Ask,
    Close,
    Effect,
    Introduce,
    SideAnswered,
    SideAsked,
    SideExpired,
)
from services.notifier.domain.proposal import Proposal, Rules, Stage, Step
from services.notifier.domain.register import (
    Accept,
    Accepted,
    Answer,
    Asking,
    Decline,
    Declined,
    Expired,
    Later,
    Pending,
    Postponed,
    Register,
    Side,
    State,
)

ASKED_AGAIN_AT = time(7, tzinfo=UTC)


def next_moment(proposal: Proposal, rules: Rules) -> datetime | None:
    """When `advance` has something to do next, if ever."""
    if not proposal.stage.is_open:
        return None
    registers = (proposal.research, proposal.need)
    moments = [m for r in registers if (m := _moment(r, rules)) is not None]
    return min(moments, default=None)


def advance(proposal: Proposal, now: datetime, rules: Rules, *, directly: bool) -> Step:
    """Let time pass: answers take effect, "later" asks again, silence expires.

    Args:
        proposal: The proposal as it is.
        now: The time.
        rules: The times of its life.
        directly: The organisation wants to be introduced to whoever accepts.
    """
    for side in (Side.RESEARCH, Side.NEED):
        register = proposal.register(side)
        moment = _moment(register, rules)
        if not proposal.stage.is_open or moment is None or now < moment:
            continue
        if register.held is not None:
            return _settle(proposal, side, register.held.answer, now, directly=directly)
        match register.state:
            case Postponed(round=before):
                again = proposal.with_register(side, Register(Asking(before + 1)))
                return Step(again, (Ask(side, before + 1),))
            case _:
                silent = proposal.with_register(side, Register(Expired(now)))
                over = replace(silent, stage=Stage.EXPIRED)
                return Step(over, (SideExpired(side), Close()))
    return Step(proposal)


def _moment(register: Register, rules: Rules) -> datetime | None:
    """When time changes something for a side."""
    if register.held is not None:
        return register.held.effective_at
    match register.state:
        case Pending(asked_at=asked_at):
            return asked_at + rules.expiry
        case Postponed(until=until):
            return datetime.combine(until, ASKED_AGAIN_AT)
        case _:
            return None


def _settle(proposal: Proposal, side: Side, said: Answer, now: datetime, *, directly: bool) -> Step:
    """An answer takes effect."""
    state = proposal.register(side).state
    round_ = _round(state)
    told: tuple[Effect, ...] = (SideAnswered(side, round_, said),)
    if isinstance(state, Asking):
        # The mail arrived, whatever became of the server's answer.
        told = (SideAsked(side, round_, now), *told)
    sent = replace(proposal, stage=Stage.SENT)
    match said:
        case Accept():
            yes = sent.with_register(side, Register(Accepted(now)))
            step = _accepted(yes, side, now, directly=directly)
        case Decline(reason=reason):
            no = replace(
                sent.with_register(side, Register(Declined(reason, now))), stage=Stage.DECLINED
            )
            step = Step(no, (Close(),))
        case Later(until=until):
            step = Step(sent.with_register(side, Register(Postponed(round_, until))))
        case _:
            assert_never(said)
    return Step(step.proposal, (*told, *step.effects))


def _accepted(proposal: Proposal, side: Side, now: datetime, *, directly: bool) -> Step:
    if side is Side.NEED:
        return _introduced(proposal)
    if directly:
        consent = SideAnswered(Side.NEED, 1, Accept())
        step = _introduced(proposal.with_register(Side.NEED, Register(Accepted(now))))
        return Step(step.proposal, (consent, *step.effects))
    asking = proposal.with_register(Side.NEED, Register(Asking(1)))
    return Step(asking, (Ask(Side.NEED, 1),))


def _introduced(proposal: Proposal) -> Step:
    return Step(replace(proposal, stage=Stage.INTRODUCED), (Close(), Introduce()))


def _round(state: State) -> int:
    return state.round if isinstance(state, Asking | Pending | Postponed) else 1
