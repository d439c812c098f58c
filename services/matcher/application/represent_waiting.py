"""Representing what waits, in small rounds, so that a need is never behind many capabilities."""

import asyncio
from dataclasses import dataclass

from services.matcher.application.represent import Represent
from services.matcher.application.store_ports import Begin
from services.matcher.domain.eligibility import AskingRules


@dataclass(frozen=True, slots=True)
class Round:
    """How many were represented."""

    needs: int = 0
    capabilities: int = 0

    @property
    def done(self) -> int:
        """Both together; 0 when nothing waited."""
        return self.needs + self.capabilities


@dataclass(frozen=True, slots=True)
class RepresentWaiting:
    """Represent the next few needs or, when none waits, capabilities.

    Attributes:
        at_most: In one round; what a kill in the middle loses.
    """

    begin: Begin
    represent: Represent
    rules: AskingRules
    at_most: int

    async def __call__(self) -> Round:
        """One round; the processor works in a thread, outside any transaction."""
        model = self.represent.version
        async with self.begin() as desk:
            needs = await desk.waiting.needs(model, at_most=self.at_most)
            capabilities = (
                [] if needs else await desk.waiting.capabilities(model, at_most=self.at_most)
            )
        if needs:
            wanted = await asyncio.to_thread(self.represent.needs, needs)
            async with self.begin() as desk:
                await desk.waiting.keep_needs(wanted)
        elif capabilities:
            offered = await asyncio.to_thread(self.represent.capabilities, capabilities)
            async with self.begin() as desk:
                await desk.waiting.keep_capabilities(offered)
                await desk.agenda.wake(self.rules)
        return Round(len(needs), len(capabilities))
