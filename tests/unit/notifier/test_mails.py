"""Every kind of mail, in both languages, written and read back."""

import re
from dataclasses import replace
from datetime import date
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.notifier.app import LOCALES
from services.notifier.application.mails import (
    ConfirmAddress,
    Content,
    MagicLink,
    Mail,
    NoLongerNeeded,
    Question,
)
from services.notifier.application.ports import UnsendableError
from services.notifier.application.queueing import MailKey
from services.notifier.domain.delivery import Kind
from services.notifier.domain.people import Party, Shown, introduction
from services.notifier.domain.proposal import Stage
from services.notifier.domain.register import Accepted, Register, Side
from services.notifier.mail.addressed import MailLinks
from services.notifier.mail.composer import Composer, sendable
from services.notifier.mail.header_guard import check_headers, header_lines
from services.notifier.mail.rendering import Rendering
from shared.runtime.i18n import load_catalogue
from shared.runtime.tokens import Links
from tests.support.builders_events import an_id
from tests.unit.notifier.people import NOW, PROPOSAL, SHOWN, a_delivery, a_party

DAY = date(2026, 3, 23)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
}
LIST = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "x\r\nBcc: evil@example.org",
    "é=?utf-8?q?=0A?=Bcc: evil@example.org",
    "\u202egnp.exe\u2066",
    "é\n",
    "a" * 100_000,
    "\u2028Bcc: evil@example.org\x00\x1b",
    '"><img src=x onerror=alert(1)>',
]


def a_composer() -> Composer:
    links = Links(["a-key-of-more-than-thirty-two-characters"], lambda: NOW)
    addressed = MailLinks(links, "https://site.example.org", "https://say.example.org", lambda: NOW)
    return Composer(load_catalogue(LOCALES), Rendering(), addressed, "passerelle@example.org")


COMPOSER = a_composer()


def composed(kind: Kind, to: Party, content: Content, *, step: int = 1) -> EmailMessage:
    """A mail, written and read back."""
    name = "org" if to.is_organisation else "ada"
    mail = Mail(a_delivery(kind, to=name, step=step), to, content, NOW)
    written = COMPOSER(mail)
    assert written.recipient == to.email
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(written.content)


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML of a mail."""
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), html.get_content()


def introduced() -> Shown:
    both = Register(Accepted(NOW))
    proposal = replace(PROPOSAL, stage=Stage.INTRODUCED, research=both, need=both)
    return replace(SHOWN, proposal=proposal)


def contents(language: str) -> list[tuple[Kind, Party, Content]]:
    """One of each kind and form."""
    ada, org = a_party("ada", language=language), a_party("org", language=language)
    asks = [
        (kind, to, Question(SHOWN, side, DAY, is_reminder=reminder, is_asked_again=again))
        for side, to, kind in (
            (Side.RESEARCH, ada, Kind.PROPOSAL),
            (Side.NEED, org, Kind.TEAM_WILLING),
        )
        for reminder, again in ((False, False), (False, True))
    ]
    return [
        *asks,
        *[
            (Kind.CONFIRM_ADDRESS, to, ConfirmAddress(an_id("need"), is_reminder=again))
            for to in (ada, org)
            for again in (False, True)
        ],
        (Kind.MAGIC_LINK, ada, MagicLink()),
        (Kind.MAGIC_LINK, org, MagicLink()),
        (Kind.PROPOSAL_REMINDER, ada, Question(SHOWN, Side.RESEARCH, DAY, is_reminder=True)),
        (Kind.PROPOSAL_REMINDER, org, Question(SHOWN, Side.NEED, DAY, is_reminder=True)),
        (Kind.INTRODUCTION, ada, introduction(introduced(), Side.RESEARCH, org, ada)),
        (Kind.INTRODUCTION, org, introduction(introduced(), Side.NEED, org, ada)),
        (Kind.SUPERSEDED_THANKS, ada, NoLongerNeeded(SHOWN)),
    ]


ALL = [(language, *one) for language in ("fr", "en") for one in contents(language)]


@pytest.mark.parametrize(("language", "kind", "to", "content"), ALL)
def test_both_forms_say_the_same_in_the_readers_language(
    language: str, kind: Kind, to: Party, content: Content
) -> None:
    message = composed(kind, to, content)
    text, html = parts(message)
    assert message["Content-Language"] == language
    assert f'<html lang="{language}"' in html
    links = re.compile(r"https://[^\s\"<>]+")
    assert set(links.findall(text)) == set(links.findall(html))
    assert "https://site.example.org/mine/" in text
    assert all(len(line) < 998 for line in message.as_bytes().splitlines())
    assert len(message.as_bytes()) < 100_000


@pytest.mark.parametrize(("language", "kind", "to", "content"), ALL)
def test_headers_are_those_meant_and_no_others(
    language: str, kind: Kind, to: Party, content: Content
) -> None:
    message = composed(kind, to, content)
    expected = set(HEADERS)
    if kind not in {Kind.CONFIRM_ADDRESS, Kind.MAGIC_LINK}:
        expected |= {"List-Id"} if kind is Kind.TEAM_WILLING else LIST
    if kind is Kind.INTRODUCTION:
        expected.add("Reply-To")
    if kind is Kind.PROPOSAL_REMINDER:
        expected |= {"In-Reply-To", "References"}
    assert sorted(message.keys()) == sorted(expected)
    assert message["To"] == to.email
    assert message["Message-ID"] == f"<{an_id('delivery')}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_one_click_unsubscribing_is_offered_as_rfc_8058_says() -> None:
    message = composed(Kind.PROPOSAL, a_party("ada"), Question(SHOWN, Side.RESEARCH, DAY))
    assert re.fullmatch(
        r"<https://say\.example\.org/unsubscribe/[^>]+>", message["List-Unsubscribe"]
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_reminder_is_in_the_thread_of_what_it_reminds_of() -> None:
    for name, side, kind in (
        ("ada", Side.RESEARCH, Kind.PROPOSAL),
        ("org", Side.NEED, Kind.TEAM_WILLING),
    ):
        reminder = Question(SHOWN, side, DAY, is_reminder=True)
        message = composed(Kind.PROPOSAL_REMINDER, a_party(name), reminder)
        first = MailKey(kind, PROPOSAL.id, an_id(name), 1).id
        assert message["In-Reply-To"] == message["References"] == f"<{first}@example.org>"


def test_an_introduction_replies_to_the_other_side_and_shows_it() -> None:
    ada, org = a_party("ada", person="Zoé Ça"), a_party("org")
    message = composed(Kind.INTRODUCTION, org, introduction(introduced(), Side.NEED, org, ada))
    (address,) = message["Reply-To"].addresses
    assert (address.display_name, address.addr_spec) == ("Zoé Ça", "ada@example.org")
    for form in parts(message):
        assert all(known in form for known in ("Zoé Ça", "Maison ada", ada.email, ada.phone))


@pytest.mark.parametrize(("language", "kind", "to", "content"), ALL)
def test_before_both_accepted_no_mail_shows_the_other_side(
    language: str, kind: Kind, to: Party, content: Content
) -> None:
    if kind is Kind.INTRODUCTION:
        return
    other = a_party("ada" if to.is_organisation else "org")
    written = composed(kind, to, content).as_string() + "".join(parts(composed(kind, to, content)))
    for secret in (other.person, other.body_name, other.email, other.phone):
        assert secret not in written


def test_a_confirmation_repeats_nothing_that_someone_wrote() -> None:
    stranger = a_party("ada", person="Achetez ici", body_name="Spam")
    message = composed(
        Kind.CONFIRM_ADDRESS, stranger, ConfirmAddress(an_id("need"), is_reminder=False)
    )
    assert "Achetez" not in "".join(parts(message))
    assert "Spam" not in "".join(parts(message))


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words(words: str) -> None:
    need = replace(SHOWN.need, title=words, description=words, expectations=words, city=words)
    capability = replace(SHOWN.capability, title=words, summary=words, keywords=(words,))
    shown = replace(introduced(), need=need, capability=capability)
    ada = a_party("ada", person=words, body_name=words)
    mails = [
        composed(Kind.PROPOSAL, ada, Question(shown, Side.RESEARCH, DAY)),
        composed(Kind.TEAM_WILLING, a_party("org"), Question(shown, Side.NEED, DAY)),
        composed(
            Kind.INTRODUCTION,
            a_party("org"),
            introduction(shown, Side.NEED, a_party("org"), ada),
        ),
    ]
    for message in mails:
        assert "Bcc" not in message
        assert message["To"].addresses[0].domain == "example.org"
        _, html = parts(message)
        assert "<script" not in html
        assert "<img" not in html
        assert len(message.as_bytes()) < 100_000


def test_a_template_in_a_text_is_text() -> None:
    shown = replace(SHOWN, need=replace(SHOWN.need, title="{{ 7 * 7 }}"))
    message = composed(Kind.PROPOSAL, a_party("ada"), Question(shown, Side.RESEARCH, DAY))
    assert "{{ 7 * 7 }}" in message["Subject"]
    assert all("{{ 7 * 7 }}" in form for form in parts(message))


@given(st.text(max_size=200), st.text(max_size=80))
@example("é=?utf-8?q?=0A?=Bcc: evil@example.org", "x\n")
def test_no_title_and_no_name_can_write_a_header(title: str, person: str) -> None:
    shown = replace(introduced(), need=replace(SHOWN.need, title=title))
    to, other = a_party("ada"), a_party("org", person=person)
    content = introduction(shown, Side.RESEARCH, other, to)
    message = composed(Kind.INTRODUCTION, to, content)
    assert len(message.keys()) == len(HEADERS | LIST) + 1


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada@faß.example", "ada@xn--fa-hia.example"),
        ("o'brien+x@example.org", "o'brien+x@example.org"),
    ],
)
def test_addresses_travel_in_ascii(address: str, written: str) -> None:
    assert sendable(address) == written


@pytest.mark.parametrize(
    "address",
    ["用户@example.org", "a b@example.org", "x@", "", "a@b\r\nRCPT TO:<c@d>", "a\n@example.org"],
)
def test_what_is_not_an_address_is_never_written_to(address: str) -> None:
    with pytest.raises(UnsendableError):
        sendable(address)


def test_the_guard_sees_headers_that_were_not_meant() -> None:
    good = header_lines({"Subject": "x"}) + b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    check_headers(good, ["Subject"])
    for bad in (b"Bcc: e@example.org\r\n" + good, b"Subject: again\r\n" + good):
        with pytest.raises(UnsendableError):
            check_headers(bad, ["Subject"])


@pytest.mark.parametrize("value", ["a\r\nBcc: b", "a\nb", "a\rb", "a\x00b", "é"])
def test_the_guard_lets_no_value_end_its_header(value: str) -> None:
    with pytest.raises(UnsendableError):
        header_lines({"Subject": value})
