"""Doing what follows from a change of a proposal: facts to the log, mails to the queue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from services.notifier.application.facts import FromProposal
from services.notifier.application.ports import Work
from services.notifier.application.queueing import about_proposal
from services.notifier.domain.advancing import next_moment
from services.notifier.domain.asking import supersede
from services.notifier.domain.delivery import Delivery, Kind, State
from services.notifier.domain.effects import (
    Ask,
    Close,
    Effect,
    Introduce,
    SideAnswered,
    SideAsked,
    SideExpired,
    Supersede,
    Withdraw,
)
from services.notifier.domain.proposal import Proposal, Rules, Step
from services.notifier.domain.register import Side

ASKING = {Side.RESEARCH: Kind.PROPOSAL, Side.NEED: Kind.TEAM_WILLING}


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Saves a changed proposal with all that follows, in one transaction.

    Attributes:
        reminders: When a side that stays silent is reminded, from when it was asked.
        fills: How many introductions are enough for a need.
    """

    rules: Rules
    reminders: tuple[timedelta, ...]
    fills: int

    async def __call__(self, step: Step, work: Work, now: datetime) -> tuple[Effect, ...]:
        """Save and tell; returns what was done, for others of the need too."""
        proposal = step.proposal
        await work.proposals.save(proposal, next_moment=next_moment(proposal, self.rules))
        facts = FromProposal(proposal, work, now)
        for effect in step.effects:
            await facts.tell(effect)
            await self._write(effect, proposal, work, now)
        if not any(isinstance(effect, Introduce) for effect in step.effects):
            return step.effects
        return (*step.effects, *await self._supersede_others(proposal, work, now))

    async def _supersede_others(
        self, proposal: Proposal, work: Work, now: datetime
    ) -> tuple[Effect, ...]:
        done: tuple[Effect, ...] = ()
        if await work.proposals.introductions_of(proposal.need_id) < self.fills:
            return done
        for other_id in await work.search.open_ones(need_id=proposal.need_id):
            other = await work.proposals.locked(other_id)
            if other is not None:
                done = (*done, *await self(supersede(other), work, now))
        return done

    async def _write(self, effect: Effect, proposal: Proposal, work: Work, now: datetime) -> None:
        match effect:
            case SideAnswered(side):
                await work.deliveries.cancel_waiting(
                    "answered", now, about=proposal.id, recipient_id=proposal.party(side)
                )
            case Close():
                await work.deliveries.cancel_waiting(
                    "proposal closed", now, about=proposal.id, recipient_id=None
                )
            case _:
                for mail in self._mails(effect, proposal, now):
                    await work.deliveries.plan(mail)

    def _mails(self, effect: Effect, proposal: Proposal, now: datetime) -> list[Delivery]:
        match effect:
            case Ask(side, step):
                return [about_proposal(ASKING[side], proposal, side, step, now)]
            case SideAsked(side, round_, at):
                return self._reminders(proposal, side, round_, at)
            case Introduce():
                return [about_proposal(Kind.INTRODUCTION, proposal, s, 1, now) for s in Side]
            case Supersede(thank_researcher=True):
                kind = Kind.SUPERSEDED_THANKS
                return [about_proposal(kind, proposal, Side.RESEARCH, 1, now)]
            case SideAnswered() | SideExpired() | Withdraw() | Supersede() | Close():
                return []
            case _:
                assert_never(effect)

    def _reminders(
        self, proposal: Proposal, side: Side, round_: int, asked_at: datetime
    ) -> list[Delivery]:
        first = (round_ - 1) * len(self.reminders) + 1
        return [
            about_proposal(
                Kind.PROPOSAL_REMINDER,
                proposal,
                side,
                step,
                asked_at + delay,
                state=State.PLANNED,
            )
            for step, delay in enumerate(self.reminders, start=first)
        ]
