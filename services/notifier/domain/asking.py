"""Who is asked, and when nobody is asked any more."""

from dataclasses import replace
from datetime import datetime

from services.notifier.domain.effects import Ask, Close, SideAsked, Supersede, Withdraw
from services.notifier.domain.proposal import Proposal, Stage, Step
from services.notifier.domain.register import Asking, Pending, Register, Side


def approve(proposal: Proposal) -> Step:
    """Ask the researcher first."""
    if proposal.stage is not Stage.COMPUTED:
        return Step(proposal)
    asking = replace(proposal, stage=Stage.APPROVED, research=Register(Asking(1)))
    return Step(asking, (Ask(Side.RESEARCH, 1),))


def mail_taken(proposal: Proposal, side: Side, at: datetime) -> Step:
    """The mail server took the mail that asks a side."""
    register = proposal.register(side)
    if not proposal.stage.is_open or not isinstance(register.state, Asking):
        return Step(proposal)
    pending = replace(register, state=Pending(register.state.round, at))
    sent = replace(proposal.with_register(side, pending), stage=Stage.SENT)
    return Step(sent, (SideAsked(side, register.state.round, at),))


def supersede(proposal: Proposal) -> Step:
    """The need has enough introductions without this one."""
    if not proposal.stage.is_open:
        return Step(proposal)
    over = replace(proposal, stage=Stage.SUPERSEDED)
    return Step(over, (Close(), Supersede(thank_researcher=proposal.research.was_asked)))


def withdraw(proposal: Proposal) -> Step:
    """A party left, or cannot be reached."""
    if not proposal.stage.is_open:
        return Step(proposal)
    return Step(replace(proposal, stage=Stage.WITHDRAWN), (Close(), Withdraw()))
