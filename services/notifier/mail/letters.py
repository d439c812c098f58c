"""From what a mail is for to what it says."""

from dataclasses import dataclass
from typing import assert_never

from services.notifier.application.mails import (
    ConfirmAddress,
    MagicLink,
    Mail,
    NoLongerNeeded,
    Question,
)
from services.notifier.application.show import LONGEST_TITLE
from services.notifier.domain.people import Introduction, Party
from services.notifier.domain.texts import clean
from services.notifier.mail.addressed import MailLinks
from services.notifier.mail.blocks import (
    Block,
    Button,
    Buttons,
    Facts,
    Letter,
    Paragraph,
    Points,
)
from services.notifier.mail.question import Asking, greeting
from shared.runtime.i18n import Translator


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes letters in one language."""

    t: Translator
    links: MailLinks

    def __call__(self, mail: Mail) -> Letter:
        """The letter for a mail."""
        match mail.content:
            case ConfirmAddress():
                return self._confirm_address(mail.to, mail.content)
            case MagicLink():
                return self._magic_link(mail.to)
            case Question():
                return Asking(self.t, self.links)(mail.to, mail.content)
            case Introduction():
                return self._introduction(mail.to, mail.content)
            case NoLongerNeeded():
                return self._no_longer_needed(mail.to, mail.content)
            case _:
                assert_never(mail.content)

    def _confirm_address(self, to: Party, content: ConfirmAddress) -> Letter:
        # Nothing that someone wrote: the address may belong to someone else.
        form = "confirm_address.again" if content.is_reminder else "confirm_address.first"
        role = _role(to)
        blocks: list[Block] = [
            Paragraph(self.t("greeting.unknown")),
            Paragraph(self.t(f"mail.{form}.{role}")),
            Buttons(
                (
                    Button(
                        self.t("mail.confirm_address.button"),
                        self.links.confirm(to, content.subject_id),
                    ),
                )
            ),
            Paragraph(self.t("mail.confirm_address.validity"), tone="quiet"),
            Paragraph(self.t("mail.confirm_address.not_you"), tone="quiet"),
        ]
        return Letter(
            subject=self.t(f"mail.{form}.subject"),
            preview=self.t(f"mail.{form}.preview"),
            heading=self.t(f"mail.{form}.heading"),
            blocks=tuple(blocks),
            because=self.t("because.confirm"),
        )

    def _magic_link(self, to: Party) -> Letter:
        return Letter(
            subject=self.t("mail.magic_link.subject"),
            preview=self.t("mail.magic_link.preview"),
            heading=self.t("mail.magic_link.heading"),
            blocks=(
                Paragraph(greeting(self.t, to)),
                Paragraph(self.t(f"mail.magic_link.{_role(to)}")),
                Buttons((Button(self.t("mail.magic_link.button"), self.links.page(to)),)),
                Paragraph(self.t("mail.magic_link.secret"), tone="quiet"),
            ),
            because=self.t("because.magic_link"),
        )

    def _introduction(self, to: Party, content: Introduction) -> Letter:
        need = clean(content.shown.need.title, at_most=LONGEST_TITLE)
        capability = clean(content.shown.capability.title, at_most=LONGEST_TITLE)
        own = need if to.is_organisation else capability
        person = clean(content.other.person, at_most=LONGEST_TITLE)
        return Letter(
            subject=self.t("mail.introduction.subject", title=own),
            preview=self.t("mail.introduction.preview"),
            heading=self.t("mail.introduction.heading"),
            blocks=(
                Paragraph(greeting(self.t, to)),
                Paragraph(self.t(f"mail.introduction.{_role(to)}"), tone="strong"),
                self._contact(content.other),
                Facts(
                    title=self.t("mail.introduction.subject_matter"),
                    rows=(
                        (self.t("label.need"), need),
                        (self.t("label.capability"), capability),
                    ),
                ),
                Points(
                    self.t("mail.introduction.next.title"),
                    (
                        self.t("mail.introduction.next.write", person=person),
                        self.t("mail.introduction.next.talk"),
                        self.t("mail.introduction.next.agree"),
                    ),
                    numbered=True,
                ),
                Paragraph(self.t("mail.introduction.reply", person=person), tone="quiet"),
            ),
            because=self.t("because.introduction"),
            can_stop=True,
        )

    def _contact(self, other: Party) -> Facts:
        rows = (
            (f"label.body_of_{_role(other)}", other.body_name),
            ("label.email", other.email),
            ("label.phone", other.phone),
        )
        return Facts(
            title=clean(other.person, at_most=LONGEST_TITLE),
            rows=tuple(
                (self.t(key), clean(value, at_most=LONGEST_TITLE)) for key, value in rows if value
            ),
        )

    def _no_longer_needed(self, to: Party, content: NoLongerNeeded) -> Letter:
        title = clean(content.shown.need.title, at_most=LONGEST_TITLE)
        return Letter(
            subject=self.t("mail.superseded_thanks.subject", title=title),
            preview=self.t("mail.superseded_thanks.preview"),
            heading=self.t("mail.superseded_thanks.heading"),
            blocks=(
                Paragraph(greeting(self.t, to)),
                Paragraph(self.t("mail.superseded_thanks.text", title=title)),
                Paragraph(self.t("mail.superseded_thanks.next")),
            ),
            because=self.t("because.researcher"),
            can_stop=True,
        )


def _role(to: Party) -> str:
    return "organisation" if to.is_organisation else "researcher"
