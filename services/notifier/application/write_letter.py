"""Queueing the letters that profiles asks for."""

from dataclasses import dataclass
from datetime import timedelta

from services.notifier.application.ports import Work
from services.notifier.application.queueing import MailKey, due
from services.notifier.domain.delivery import Kind, State
from shared.contracts.delivery import Clock, UnknownYetError
from shared.contracts.letters import LetterKind, LetterRequested

KINDS = {
    LetterKind.CONFIRM_ADDRESS: Kind.CONFIRM_ADDRESS,
    LetterKind.MAGIC_LINK: Kind.MAGIC_LINK,
}


@dataclass(frozen=True, slots=True)
class WriteLetter:
    """Queue a letter, and one reminder where an address should be confirmed."""

    clock: Clock
    remind_after: timedelta

    async def __call__(self, event: LetterRequested, work: Work) -> None:
        """Queue it.

        Raises:
            UnknownYetError: Nothing was heard of the party.
        """
        party = await work.parties.get(event.party_id)
        if party is None:
            raise UnknownYetError(str(event.party_id))
        if party.erased:
            return
        now = self.clock()
        key = MailKey(KINDS[event.kind], event.id, event.party_id, 1)
        await work.deliveries.plan(due(key, now, subject_id=event.subject_id))
        if event.kind is LetterKind.CONFIRM_ADDRESS:
            reminder = MailKey(Kind.CONFIRM_ADDRESS, event.id, event.party_id, 2)
            later = now + self.remind_after
            await work.deliveries.plan(
                due(reminder, later, subject_id=event.subject_id, state=State.PLANNED)
            )
