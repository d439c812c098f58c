"""Putting a match to the researcher, or ending it at once where nobody may be asked."""

from dataclasses import dataclass

from services.notifier.application.carry_out import CarryOut
from services.notifier.application.ports import Work
from services.notifier.domain.asking import approve, supersede, withdraw
from services.notifier.domain.people import Capability, Need, Party, Reason, Why
from services.notifier.domain.proposal import Proposal, Step
from shared.contracts.delivery import Clock, UnknownYetError
from shared.contracts.matches import MatchProposed


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a match names, as known here."""

    need: Need
    capability: Capability
    organisation: Party
    researcher: Party

    @property
    def may_be_asked(self) -> bool:
        """Whether everyone is still there and wants to hear of this."""
        things = self.need.is_open and self.capability.is_open
        people = not self.organisation.erased and not self.researcher.erased
        return things and people and self.researcher.verified and not self.researcher.stopped


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """Open a proposal for a match."""

    carry_out: CarryOut
    clock: Clock

    async def __call__(self, match: MatchProposed, work: Work) -> None:
        """Ask the researcher, unless the need is filled or someone has left.

        Raises:
            UnknownYetError: Something that the match names was not heard of yet.
        """
        parts = await _known(match, work)
        new = Proposal(
            match.proposal_id,
            match.need_id,
            match.capability_id,
            match.researcher_id,
            match.organisation_id,
        )
        if not await work.proposals.add(new, _why(match)):
            return
        await work.proposals.locked(new.id)
        await self.carry_out(await self._first_step(new, parts, work), work, self.clock())

    async def _first_step(self, new: Proposal, parts: Parts, work: Work) -> Step:
        if await work.proposals.introductions_of(new.need_id) >= self.carry_out.fills:
            return supersede(new)
        return approve(new) if parts.may_be_asked else withdraw(new)


async def _known(match: MatchProposed, work: Work) -> Parts:
    need = await work.needs.get(match.need_id)
    if need is None:
        raise UnknownYetError(str(match.need_id))
    capability = await work.capabilities.get(match.capability_id)
    if capability is None:
        raise UnknownYetError(str(match.capability_id))
    organisation = await work.parties.get(match.organisation_id)
    if organisation is None:
        raise UnknownYetError(str(match.organisation_id))
    researcher = await work.parties.get(match.researcher_id)
    # Only a verified address has a published capability: here, its verification is on the way.
    if researcher is None or not (researcher.was_verified or researcher.erased):
        raise UnknownYetError(str(match.researcher_id))
    return Parts(need, capability, organisation, researcher)


def _why(match: MatchProposed) -> Why:
    return Why(
        score=match.score,
        grade=match.grade,
        model_version=match.model_version,
        wave=match.wave,
        reasons=tuple(Reason(r.text_fr, r.text_en, r.share) for r in match.reasons),
        contributions=tuple((c.feature, c.value, c.contribution) for c in match.contributions),
    )
