"""New mails: their ids derive from what they are about, so that none is queued twice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifier.domain.delivery import Delivery, Kind, State
from services.notifier.domain.proposal import Proposal
from services.notifier.domain.register import Side
from shared.contracts.event import derived_id


@dataclass(frozen=True, slots=True)
class MailKey:
    """What makes a mail the same mail."""

    kind: Kind
    about: UUID
    recipient_id: UUID
    step: int

    @property
    def id(self) -> UUID:
        """The id of the delivery, and of the mail itself."""
        return derived_id(self.about, "mail", self.kind, self.recipient_id, self.step)


def about_proposal(  # noqa: PLR0913  # a mail has that many parts
    kind: Kind,
    proposal: Proposal,
    side: Side,
    step: int,
    due_at: datetime,
    *,
    state: State = State.QUEUED,
) -> Delivery:
    """A mail to one side of a proposal."""
    key = MailKey(kind, proposal.id, proposal.party(side), step)
    return due(key, due_at, subject_id=proposal.need_id, state=state)


def due(key: MailKey, at: datetime, *, subject_id: UUID, state: State = State.QUEUED) -> Delivery:
    """A mail that is to leave at a time."""
    return Delivery(
        id=key.id,
        kind=key.kind,
        about=key.about,
        subject_id=subject_id,
        recipient_id=key.recipient_id,
        step=key.step,
        caused_at=at,
        state=state,
        due_at=at,
    )
