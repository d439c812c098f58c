"""The mails that ask: would you answer this need, would you meet this team."""

from dataclasses import dataclass
from datetime import date

from services.notifier.application.mails import Question
from services.notifier.application.show import (
    LONGEST_TITLE,
    Card,
    Row,
    card_of_other,
    fit_of,
    title_of_own,
)
from services.notifier.domain.people import Party
from services.notifier.domain.register import Side
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
    Score,
)
from shared.runtime.i18n import Translator

CHOICES = {Side.RESEARCH: ("accept", "decline", "later"), Side.NEED: ("accept", "decline")}


@dataclass(frozen=True, slots=True)
class Asking:
    """Writes what asks a side of a proposal."""

    t: Translator
    links: MailLinks

    def __call__(self, to: Party, question: Question) -> Letter:
        """The letter that asks."""
        key = f"mail.{question.side}"
        form = _form(question)
        card = card_of_other(question.shown, question.side, to.language)
        own = title_of_own(question.shown, question.side)
        title = card.title if question.side is Side.RESEARCH else own
        by = self.t.day(question.answer_by)
        blocks: list[Block] = [
            Paragraph(greeting(self.t, to)),
            Paragraph(self.t(f"{key}.{form}.intro", own=own)),
            self._facts(card),
            *self._fit(to, question),
            Paragraph(self.t(f"{key}.answer_by", day=by), tone="strong"),
            self._buttons(to, question),
            Paragraph(self.t("mail.question.button_note"), tone="quiet"),
            Paragraph(self.t(f"{key}.identity"), tone="quiet"),
        ]
        return Letter(
            subject=self.t(f"{key}.{form}.subject", title=title),
            preview=self.t(f"{key}.preview", day=by),
            heading=self.t(f"{key}.{form}.heading"),
            blocks=tuple(blocks),
            because=self.t("because.organisation" if to.is_organisation else "because.researcher"),
            can_stop=question.side is Side.RESEARCH or question.is_reminder,
        )

    def _facts(self, card: Card) -> Facts:
        unlabelled = {"description", "summary"}
        return Facts(
            title=card.title,
            texts=tuple(
                ("" if r.key in unlabelled else self.t(f"label.{r.key}"), self._value(r))
                for r in card.texts
            ),
            rows=tuple((self.t(f"label.{r.key}"), self._value(r)) for r in card.rows),
        )

    def _value(self, row: Row) -> str:
        return self.t.day(row.value) if isinstance(row.value, date) else row.value

    def _fit(self, to: Party, question: Question) -> list[Block]:
        fit = fit_of(question.shown, to.language)
        scale = self.t("fit.scale", stars=fit.stars)
        blocks: list[Block] = [Score(self.t(f"fit.{fit.grade}"), fit.stars, scale)]
        if fit.reasons:
            blocks.append(Points(self.t(f"fit.why.{question.side}"), fit.reasons))
        return blocks

    def _buttons(self, to: Party, question: Question) -> Buttons:
        proposal_id = question.shown.proposal.id
        return Buttons(
            tuple(
                Button(
                    self.t(f"mail.{question.side}.{choice}"),
                    self.links.answer(to, proposal_id, choice),
                    "main" if choice == "accept" else "other",
                )
                for choice in CHOICES[question.side]
            )
        )


def greeting(t: Translator, to: Party) -> str:
    """Hello, with the reader's own name."""
    person = clean(to.person, at_most=LONGEST_TITLE)
    return t("greeting.person", person=person) if person else t("greeting.unknown")


def _form(question: Question) -> str:
    if question.is_reminder:
        return "reminder"
    return "again" if question.is_asked_again else "first"
