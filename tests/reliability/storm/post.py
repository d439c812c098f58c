"""The mails that arrived, read from the mailbox's folder while it is being written."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from deploy.embedded.mailbox.store import Mail
from tests.reliability.storm.characters import marks_in


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail in the box.

    Attributes:
        id: That of the delivery, from its Message-ID.
        marks: Whose marks it shows, recipients' headers aside.
    """

    id: UUID
    to: str
    text: str
    marks: frozenset[str]


@dataclass
class Post:
    """All mails so far."""

    folder: Path
    mails: list[Arrived] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    def look(self) -> list[Arrived]:
        """Everything that arrived, oldest first."""
        for file in sorted(self.folder.glob("*.eml")):
            if file.stem not in self._read:
                self._read.add(file.stem)
                self.mails.append(_arrived(Mail(file.stem, file.read_bytes())))
        return self.mails


def _arrived(mail: Mail) -> Arrived:
    headers = " ".join(
        f"{value}" for name, value in mail.message.items() if name not in ("To", "Delivered-To")
    )
    return Arrived(
        id=UUID(mail.message_id.strip("<>").partition("@")[0]),
        to=mail.recipients[0],
        text=mail.text,
        marks=marks_in(f"{headers} {mail.text} {mail.html}"),
    )
