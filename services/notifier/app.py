"""The notifier put together."""

import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.notifier.adapters.postgres import measure, transactions, work_on
from services.notifier.adapters.smtp import SmtpRelay, SmtpServer
from services.notifier.application.advance_proposals import AdvanceProposals
from services.notifier.application.answer_proposal import AnswerProposal
from services.notifier.application.carry_out import CarryOut
from services.notifier.application.close_delivery import CloseDelivery
from services.notifier.application.deliver_mail import DeliverMail, Hands
from services.notifier.application.judge_mail import JudgeMail
from services.notifier.application.open_proposal import OpenProposal
from services.notifier.application.ports import Begin
from services.notifier.application.record_capability import RecordCapability
from services.notifier.application.record_contact import EraseContact, RecordContact
from services.notifier.application.record_need import RecordNeed
from services.notifier.application.stop_proposals import StopProposals
from services.notifier.application.withdraw_proposals import WithdrawProposals
from services.notifier.application.write_letter import WriteLetter
from services.notifier.consumer import Hearing
from services.notifier.domain.proposal import Rules
from services.notifier.mail.addressed import MailLinks
from services.notifier.mail.composer import Composer
from services.notifier.mail.rendering import Rendering
from services.notifier.settings import NotifierSettings
from services.notifier.web.pages import Pages
from services.notifier.web.routes import Site, routes
from services.notifier.workers import NotifierMetrics, Workers
from shared.contracts.topics import Service
from shared.runtime.host import Build, Host, Parts, Run
from shared.runtime.i18n import load_catalogue
from shared.runtime.operating import Operated
from shared.runtime.service import serve
from shared.runtime.settings import read_settings
from shared.runtime.tokens import Links

HERE = Path(__file__).parent
MIGRATIONS, LOCALES = HERE / "migrations", HERE / "locales"


def run() -> None:
    """Run the notifier until it is told to stop."""
    settings = read_settings(NotifierSettings)
    serve(Service.NOTIFIER, settings, MIGRATIONS, notifier(settings))


def operated() -> Operated:
    """The notifier as its operators' commands need it."""
    return Operated(Service.NOTIFIER, MIGRATIONS, lambda: notifier(read_settings(NotifierSettings)))


def notifier(settings: NotifierSettings) -> Build:
    """What the notifier adds to a service process."""
    return lambda host: Wiring(settings, host).parts()


@dataclass(frozen=True, slots=True)
class Wiring:
    """Puts the use cases on real things."""

    settings: NotifierSettings
    host: Host

    def parts(self) -> Parts:
        """Routes, consumer and workers."""
        workers = self.workers()
        senders: dict[str, Run] = {
            f"sender_{number}": workers.send for number in range(1, self.settings.senders + 1)
        }
        return Parts(
            routes=routes(self.site()),
            apply=self.hearing(),
            workers={**senders, "clock": workers.pass_time, "observer": workers.observe},
        )

    @property
    def _begin(self) -> Begin:
        return transactions(self.host.pool)

    @property
    def _carry_out(self) -> CarryOut:
        rules = Rules(
            undo=self.settings.undo,
            expiry=timedelta(days=self.settings.expiry_days),
            longest_later=timedelta(days=self.settings.later_days),
        )
        return CarryOut(rules, self.settings.reminders, self.settings.introductions)

    @property
    def _withdraw(self) -> WithdrawProposals:
        return WithdrawProposals(self._carry_out, self.host.clock)

    @property
    def _links(self) -> Links:
        return Links(self.settings.link_keys, self.host.clock)

    def hearing(self) -> Hearing:
        """What is done with each event."""
        return Hearing(
            work_on=work_on,
            record_contact=RecordContact(),
            erase_contact=EraseContact(self._withdraw, self.host.clock),
            record_need=RecordNeed(self._withdraw),
            record_capability=RecordCapability(self._withdraw),
            write_letter=WriteLetter(
                self.host.clock, timedelta(hours=self.settings.confirm_reminder_hours)
            ),
            open_proposal=OpenProposal(self._carry_out, self.host.clock),
        )

    def workers(self) -> Workers:
        """Mails and the passing of time."""
        close = CloseDelivery(
            self._begin,
            self.host.clock,
            self._carry_out,
            self.settings.in_doubt_wait,
            draw=random.random,
        )
        judge = JudgeMail(
            self._carry_out.rules, self.settings.mail_hours, self.settings.mails_a_week
        )
        return Workers(
            deliver=DeliverMail(self._begin, self.host.clock, judge, self.hands(), close),
            advance=AdvanceProposals(self._begin, self._carry_out, self.host.clock),
            metrics=NotifierMetrics(self.host.metrics),
            measure=measure(self.host.pool),
            clock=self.host.clock,
            bell=self.host.bell,
        )

    def hands(self) -> Hands:
        """What mails are written and sent with."""
        settings = self.settings
        server = SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
            timeout_s=settings.smtp_timeout_s,
        )
        links = MailLinks(self._links, settings.site_url, settings.answers_url, self.host.clock)
        composer = Composer(load_catalogue(LOCALES), Rendering(), links, settings.mail_from)
        return Hands(
            compose=composer,
            relay=SmtpRelay(server, self.host.failpoint),
            passing=self.host.failpoint,
            lease_s=settings.lease_s,
        )

    def site(self) -> Site:
        """The pages behind the links in mails."""
        pages = Pages(load_catalogue(LOCALES), self.settings.site_url)
        return Site(
            pages=pages,
            links=self._links,
            read=transactions(self.host.pool, read_only=True),
            answer=AnswerProposal(self._begin, self._carry_out, self.host.clock),
            stop=StopProposals(self._begin, self._withdraw),
            clock=self.host.clock,
            clock_speed=self.settings.clock_speed,
            ring=self.host.bell.ring,
        )
