"""The links in mails: signed, expiring, to the site or to the answer pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifier.domain.people import Party
from shared.contracts.links import ANSWER, CONFIRM, PAGE, UNSUBSCRIBE, LinkKind
from shared.runtime.tokens import Links, Ticket


@dataclass(frozen=True, slots=True)
class MailLinks:
    """Writes links for a party."""

    links: Links
    site_url: str
    answers_url: str
    clock: Callable[[], datetime]

    def confirm(self, party: Party, subject_id: UUID) -> str:
        """Where a party confirms its address, and with it a need or a capability."""
        what = "need" if party.is_organisation else "capability"
        return self._link(self.site_url, CONFIRM, party, {what: subject_id})

    def page(self, party: Party) -> str:
        """A party's own page."""
        return self._link(self.site_url, PAGE, party, {})

    def answer(self, party: Party, proposal_id: UUID, choice: str) -> str:
        """Where a party answers a proposal; a button there decides, not this link."""
        link = self._link(self.answers_url, ANSWER, party, {"proposal": proposal_id})
        return f"{link}?choice={choice}"

    def unsubscribe(self, party: Party) -> str:
        """Where a party stops proposals and reminders."""
        return self._link(self.answers_url, UNSUBSCRIBE, party, {})

    def _link(self, base: str, kind: LinkKind, party: Party, ids: dict[str, UUID]) -> str:
        ticket = Ticket(kind.purpose, party.id, party.epoch, ids, self.clock() + kind.lifetime)
        return f"{base}{kind.path}{self.links.sign(ticket)}"
