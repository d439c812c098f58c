"""From a letter to the bytes that travel: two forms of one text, and headers we vouch for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from uuid import UUID

import idna

from services.notifier.application.mails import Composed, Mail, Question
from services.notifier.application.ports import UnsendableError
from services.notifier.application.queueing import MailKey
from services.notifier.domain.delivery import ABOUT_LETTERS, Kind
from services.notifier.domain.people import Introduction
from services.notifier.domain.register import Side
from services.notifier.domain.texts import one_line
from services.notifier.mail.addressed import MailLinks
from services.notifier.mail.blocks import Letter
from services.notifier.mail.header_guard import check_headers, header_lines
from services.notifier.mail.letters import Writer
from services.notifier.mail.rendering import Rendering
from shared.runtime.i18n import Translator

LONGEST_SUBJECT, LONGEST_NAME = 120, 80
LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
LIST_OF = {
    Kind.PROPOSAL: "proposals",
    Kind.PROPOSAL_REMINDER: "proposals",
    Kind.TEAM_WILLING: "proposals",
    Kind.SUPERSEDED_THANKS: "proposals",
    Kind.INTRODUCTION: "introductions",
}


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes mails in both languages."""

    catalogue: Mapping[str, Translator]
    rendering: Rendering
    links: MailLinks
    mail_from: str

    def __call__(self, mail: Mail) -> Composed:
        """The mail as bytes.

        Raises:
            UnsendableError: Its address or headers cannot be written.
        """
        t = self.catalogue[mail.to.language]
        letter = Writer(t, self.links)(mail)
        headers = self._headers(mail, letter)
        message = EmailMessage(policy=SMTP)
        around = {"page_url": self.links.page(mail.to), "stop_url": self._stop_url(mail, letter)}
        message.set_content(self.rendering.text(letter, t, around), cte="quoted-printable")
        html = self.rendering.html(letter, t, around)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        content = header_lines(headers) + message.as_bytes()
        check_headers(content, headers)
        return Composed(self.mail_from, sendable(mail.to.email), content)

    def _headers(self, mail: Mail, letter: Letter) -> dict[str, str]:
        headers: dict[str, str] = {
            "From": f"Passerelle <{self.mail_from}>",
            "To": sendable(mail.to.email),
            "Subject": _encoded(one_line(letter.subject, at_most=LONGEST_SUBJECT)),
            "Date": format_datetime(mail.now),
            "Message-ID": self._message_id(mail.delivery.id),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            "Content-Language": mail.to.language,
        }
        if isinstance(mail.content, Introduction):
            headers["Reply-To"] = _named(mail.content)
        if mail.delivery.kind is Kind.PROPOSAL_REMINDER:
            first = self._message_id(_asked_by(mail))
            headers |= {"In-Reply-To": first, "References": first}
        if mail.delivery.kind not in ABOUT_LETTERS:
            headers["List-Id"] = f"<{LIST_OF[mail.delivery.kind]}.{self._domain}>"
        if letter.can_stop:
            headers["List-Unsubscribe"] = f"<{self._stop_url(mail, letter)}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    @property
    def _domain(self) -> str:
        return self.mail_from.rpartition("@")[2]

    def _message_id(self, delivery_id: UUID) -> str:
        return f"<{delivery_id}@{self._domain}>"

    def _stop_url(self, mail: Mail, letter: Letter) -> str:
        return self.links.unsubscribe(mail.to) if letter.can_stop else ""


def sendable(email: str) -> str:
    """An address as every server takes it; international domains in their ASCII form.

    Raises:
        UnsendableError: It is not an address, or needs what few servers speak.
    """
    local, _, domain = email.strip().rpartition("@")
    if not LOCAL_PART.fullmatch(local):
        raise UnsendableError("not an address that can be written to")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as bad:
        raise UnsendableError("not a domain that can be written to") from bad


def _named(content: Introduction) -> str:
    name = one_line(content.other.person, at_most=LONGEST_NAME)
    return formataddr((name, sendable(content.other.email)))


def _encoded(text: str) -> str:
    if text.isascii():
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _asked_by(mail: Mail) -> UUID:
    """The mail that a reminder reminds of."""
    side = mail.content.side if isinstance(mail.content, Question) else Side.RESEARCH
    kind = Kind.PROPOSAL if side is Side.RESEARCH else Kind.TEAM_WILLING
    return MailKey(kind, mail.delivery.about, mail.to.id, 1).id
