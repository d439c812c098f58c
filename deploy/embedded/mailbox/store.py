"""The mails kept in a folder, one .eml file each, as a mail server delivers them."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property
from pathlib import Path
from typing import TypedDict

from deploy.embedded.mailbox.faults import Envelope

JsonMail = TypedDict(
    "JsonMail",
    {
        "id": str,
        "message_id": str,
        "from": str,
        "to": list[str],
        "subject": str,
        "received_at": str,
        "text": str,
        "html": str,
        "headers": dict[str, str],
    },
)

_NAME = re.compile(r"\d{19}")


@dataclass(frozen=True)
class Mail:
    """A mail in the box; its id is the time it came in, in nanoseconds."""

    id: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return BytesParser(EmailMessage, policy=policy.default).parsebytes(self.raw)

    @property
    def received_at(self) -> datetime:
        """When it came in."""
        return datetime.fromtimestamp(int(self.id) / 1e9, UTC)

    @property
    def message_id(self) -> str:
        """What identifies it to its sender, with the angle brackets."""
        return self._header("Message-ID")

    @property
    def sender(self) -> str:
        """Who it says it is from."""
        return self._header("From")

    @property
    def subject(self) -> str:
        """What it says it is about."""
        return self._header("Subject")

    @cached_property
    def recipients(self) -> list[str]:
        """Who it was delivered to, whatever its header says."""
        return [str(value) for value in self.message.get_all("Delivered-To", [])]

    @property
    def text(self) -> str:
        """The part in plain text, empty when there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The part in HTML, empty when there is none."""
        return self._part("html")

    def as_json(self) -> JsonMail:
        """All of it, for the JSON API."""
        return {
            "id": self.id,
            "message_id": self.message_id,
            "from": self.sender,
            "to": self.recipients,
            "subject": self.subject,
            "received_at": self.received_at.isoformat(),
            "text": self.text,
            "html": self.html,
            "headers": {name: str(value) for name, value in self.message.items()},
        }

    def _header(self, name: str) -> str:
        return str(self.message.get(name, "")).strip()

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if part is not None else ""


class Store:
    """The mails of a folder."""

    def __init__(self, folder: Path) -> None:
        """Open the folder with what earlier runs left there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # mails carry links that let in
        self._folder = folder
        kept = sorted(path for path in folder.glob("*.eml") if _NAME.fullmatch(path.stem))
        self._mails = {path.stem: Mail(path.stem, path.read_bytes()) for path in kept}

    def add(self, envelope: Envelope) -> Mail:
        """Keep a mail, with the headers that a delivery adds (RFC 5321, 4.4)."""
        last = int(next(reversed(self._mails), "0"))
        mail_id = f"{max(time.time_ns(), last + 1):019}"
        trace = [f"Return-Path: <{envelope.sender}>"]
        trace += [f"Delivered-To: {recipient}" for recipient in envelope.recipients]
        head = "".join(f"{line}\r\n" for line in trace).encode(errors="surrogateescape")
        mail = Mail(mail_id, head + envelope.content)
        unfinished = self._folder / f"{mail_id}.part"
        unfinished.write_bytes(mail.raw)
        unfinished.rename(self._folder / f"{mail_id}.eml")
        self._mails[mail_id] = mail
        return mail

    def mails(self, *, to: str = "") -> list[Mail]:
        """The mails, newest first: all, or those delivered to this address."""
        newest_first = reversed(self._mails.values())
        return [mail for mail in newest_first if not to or to in mail.recipients]

    def get(self, mail_id: str) -> Mail | None:
        """The mail with this id."""
        return self._mails.get(mail_id)
