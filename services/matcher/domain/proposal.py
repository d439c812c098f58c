"""Where a proposal is in its life, as far as the matcher must know."""

from enum import StrEnum


class ProposalState(StrEnum):
    """Open until either side's last word; an acceptance of one side alone keeps it open."""

    OPEN = "open"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    INTRODUCED = "introduced"

    @property
    def frees_a_place(self) -> bool:
        """Whether someone else should be asked instead."""
        return self in {ProposalState.DECLINED, ProposalState.EXPIRED, ProposalState.WITHDRAWN}


def after(known: ProposalState, told: ProposalState) -> ProposalState:
    """The state once `told` is heard: the first last word stays, but an introduction stands."""
    if told is ProposalState.INTRODUCED or known is ProposalState.OPEN:
        return told
    return known
