"""What a mail server can do wrong, on demand, for the tests of those who send."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(slots=True)
class Envelope:
    """What the sender said before the body, and the body."""

    sender: str
    recipients: list[str] = field(default_factory=list)
    content: bytes = b""


class FaultKind(StrEnum):
    """The ways to fail; the value is the name on the command line and in the JSON API."""

    DROP_ON_MAIL = "drop_on_mail"
    """Close the connection instead of answering MAIL (no recipient is known then)."""
    DEFER_RECIPIENT = "450_rcpt"
    REFUSE_RECIPIENT = "550_rcpt"
    DEFER_BODY = "451_data"
    """Refuse the mail for now, after its body."""
    DROP_AFTER_BODY = "drop_after_body"
    """Keep the mail, but close the connection instead of saying so."""
    STALL_AFTER_BODY = "stall_after_body"
    """Keep the mail, but say nothing until the sender goes away."""


@dataclass(slots=True)
class Fault:
    """A failure of the first mails that match."""

    kind: FaultKind
    times: int = 1
    to: str = ""
    """Only mails with a recipient that contains this."""
    when: Callable[[Envelope], bool] = lambda _: True

    def concerns(self, envelope: Envelope) -> bool:
        """Whether this mail is to fail."""
        named = not self.to or any(self.to in recipient for recipient in envelope.recipients)
        return self.times > 0 and named and self.when(envelope)


@dataclass(slots=True)
class Faults:
    """The failures to come."""

    planned: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Plan a failure."""
        self.planned.append(fault)

    def clear(self) -> None:
        """Work well from now on."""
        self.planned.clear()

    def take(self, envelope: Envelope, *kinds: FaultKind) -> FaultKind | None:
        """How this mail fails here, if it does; counted."""
        for fault in self.planned:
            if fault.kind in kinds and fault.concerns(envelope):
                fault.times -= 1
                return fault.kind
        return None
