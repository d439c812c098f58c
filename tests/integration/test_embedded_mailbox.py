"""The mailbox, talked to by the SMTP client that the notifier uses, and read over HTTP."""

import stat
from collections.abc import AsyncGenerator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from deploy.embedded.mailbox import Fault, FaultKind, Mailbox
from deploy.embedded.mailbox.sink import LARGEST_MAIL


def a_mail(*, to: str = "ana@example.org", subject: str = "Un étang à suivre") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Passerelle <passerelle@example.org>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = "<one@example.org>"
    mail.set_content("Bonjour,\n.une ligne avec un point\nhttps://site.example.org/a?b=1.\n")
    mail.add_alternative('<html><head></head><a href="https://x">Oui</a></html>', subtype="html")
    return mail


async def send(mailbox: Mailbox, mail: EmailMessage, *, timeout_s: float = 5) -> None:
    await aiosmtplib.send(
        mail,
        hostname="127.0.0.1",
        port=mailbox.smtp_port,
        start_tls=False,
        timeout=timeout_s,
    )


@pytest.fixture
async def web(mailbox: Mailbox) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=mailbox.url) as client:
        yield client


async def test_a_mail_is_kept_as_it_was_sent(mailbox: Mailbox) -> None:
    await send(mailbox, a_mail())
    [mail] = mailbox.mails(to="ana@example.org")
    assert mail.subject == "Un étang à suivre"
    assert mail.message_id == "<one@example.org>"
    assert mail.recipients == ["ana@example.org"]
    assert ".une ligne avec un point" in mail.text.splitlines()
    assert '<a href="https://x">Oui</a>' in mail.html
    assert mailbox.completed[0].reply == "250 OK: taken"


async def test_mails_outlive_the_mailbox(tmp_path: Path) -> None:
    async with Mailbox(tmp_path) as first:
        await send(first, a_mail(subject="older"))
        await send(first, a_mail(subject="newer"))
    async with Mailbox(tmp_path) as second:
        assert [mail.subject for mail in second.mails()] == ["newer", "older"]


async def test_only_their_owner_can_read_the_mails(mailbox: Mailbox, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "mails").stat().st_mode) == 0o700


async def test_an_address_may_have_accents(mailbox: Mailbox) -> None:
    await send(mailbox, a_mail(to="zoé@exemple.example.org"))
    [mail] = mailbox.mails()
    assert mail.recipients == ["zoé@exemple.example.org"]


async def test_several_mails_fit_in_one_conversation(mailbox: Mailbox) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.smtp_port, start_tls=False)
    async with client:
        await client.noop()
        await client.send_message(a_mail(subject="one"))
        await client.rset()
        await client.send_message(a_mail(subject="two"))
    assert [mail.subject for mail in mailbox.mails()] == ["two", "one"]


async def test_commands_out_of_order_or_unknown_are_refused(mailbox: Mailbox) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.smtp_port, start_tls=False)
    async with client:
        await client.helo()
        answers = [
            await client.execute_command(command.encode())
            for command in (
                "DATA",
                "RCPT TO:<a@example.org>",
                "MAIL a@example.org",
                "MAIL FROM:<a@example.org>",
                "MAIL FROM:<a@example.org>",
                "RCPT TO:<>",
                "DATA",
                "VRFY a@example.org",
            )
        ]
    assert [answer.code for answer in answers] == [503, 503, 501, 250, 503, 501, 503, 502]


async def test_a_mail_too_large_is_refused_before_it_is_sent(mailbox: Mailbox) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.smtp_port, start_tls=False)
    async with client:
        await client.ehlo()
        command = f"MAIL FROM:<a@example.org> SIZE={LARGEST_MAIL + 1}"
        answer = await client.execute_command(command.encode())
    assert answer.code == 552


async def test_a_mail_too_large_is_refused_though_it_did_not_say_so(mailbox: Mailbox) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.smtp_port, start_tls=False)
    async with client:
        await client.helo()
        await client.mail("a@example.org")
        await client.rcpt("b@example.org")
        with pytest.raises(aiosmtplib.SMTPDataError, match="too large"):
            await client.data(b"0123456789\n" * (LARGEST_MAIL // 10))
    assert mailbox.mails() == []


async def test_a_recipient_is_deferred_or_refused_as_often_as_planned(mailbox: Mailbox) -> None:
    mailbox.faults.add(Fault(FaultKind.DEFER_RECIPIENT, to="ana@"))
    mailbox.faults.add(Fault(FaultKind.REFUSE_RECIPIENT, to="ana@"))
    for code in (450, 550):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
            await send(mailbox, a_mail())
        assert refused.value.recipients[0].code == code
    await send(mailbox, a_mail())
    assert len(mailbox.mails()) == 1


async def test_a_fault_spares_other_recipients(mailbox: Mailbox) -> None:
    mailbox.faults.add(Fault(FaultKind.REFUSE_RECIPIENT, to="ana@"))
    await send(mailbox, a_mail(to="bea@example.org"))
    assert len(mailbox.mails()) == 1


async def test_a_fault_may_choose_by_anything(mailbox: Mailbox) -> None:
    mailbox.faults.add(Fault(FaultKind.DEFER_BODY, when=lambda mail: b"chosen" in mail.content))
    await send(mailbox, a_mail(subject="other"))
    with pytest.raises(aiosmtplib.SMTPDataError):
        await send(mailbox, a_mail(subject="chosen"))
    assert [mail.subject for mail in mailbox.mails()] == ["other"]
    assert [done.reply for done in mailbox.completed] == ["250 OK: taken", "451 Try again later"]


async def test_a_connection_dropped_after_the_body_leaves_a_mail_without_answer(
    mailbox: Mailbox,
) -> None:
    mailbox.faults.add(Fault(FaultKind.DROP_AFTER_BODY))
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mailbox, a_mail())
    assert [done.reply for done in mailbox.completed] == [None]
    assert len(mailbox.mails()) == 1


async def test_a_server_that_stalls_after_the_body_has_the_mail(mailbox: Mailbox) -> None:
    mailbox.faults.add(Fault(FaultKind.STALL_AFTER_BODY))
    with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
        await send(mailbox, a_mail(), timeout_s=0.3)
    assert [done.reply for done in mailbox.completed] == [None]
    assert len(mailbox.mails()) == 1


async def test_a_connection_dropped_on_mail_leaves_nothing(mailbox: Mailbox) -> None:
    mailbox.faults.add(Fault(FaultKind.DROP_ON_MAIL))
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mailbox, a_mail())
    assert mailbox.mails() == []
    assert mailbox.completed == []


async def test_an_empty_mailbox_says_what_to_do(web: httpx.AsyncClient) -> None:
    page = await web.get("/", headers={"Accept-Language": "en-GB,en"})
    assert "No email yet" in page.text
    assert "Submit a need" in page.text


async def test_the_list_shows_the_newest_mail_first(
    mailbox: Mailbox, web: httpx.AsyncClient
) -> None:
    await send(mailbox, a_mail(subject="older <b>"))
    await send(mailbox, a_mail(subject="newer"))
    page = (await web.get("/")).text
    assert 0 < page.index("newer") < page.index("older &lt;b&gt;")
    assert "2 courriels" in page


async def test_the_language_can_be_chosen_and_is_kept(web: httpx.AsyncClient) -> None:
    assert 'lang="fr"' in (await web.get("/")).text
    assert "Demonstration mailbox" in (await web.get("/", params={"lang": "en"})).text
    assert "Demonstration mailbox" in (await web.get("/")).text


async def test_a_mail_is_shown_three_ways(mailbox: Mailbox, web: httpx.AsyncClient) -> None:
    await send(mailbox, a_mail())
    path = f"/mails/{mailbox.mails()[0].id}"
    assert f'<iframe src="{path}/html"' in (await web.get(path)).text
    text = (await web.get(path, params={"view": "text"})).text
    assert '<a href="https://site.example.org/a?b=1" target="_blank"' in text
    assert "Delivered-To: ana@example.org" in (await web.get(path, params={"view": "raw"})).text


async def test_the_html_of_a_mail_can_do_nothing_but_be_followed(
    mailbox: Mailbox, web: httpx.AsyncClient
) -> None:
    await send(mailbox, a_mail())
    content = await web.get(f"/mails/{mailbox.mails()[0].id}/html")
    assert '<head><base target="_blank"></head>' in content.text
    policy = content.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy


async def test_a_mail_without_html_is_shown_as_text(
    mailbox: Mailbox, web: httpx.AsyncClient
) -> None:
    plain = EmailMessage()
    plain["To"] = "ana@example.org"
    plain.set_content("a <plain> word")
    await send(mailbox, _from_passerelle(plain))
    path = f"/mails/{mailbox.mails()[0].id}"
    assert "a &lt;plain&gt; word" in (await web.get(path)).text
    assert (await web.get(f"{path}/html")).status_code == 404


def _from_passerelle(mail: EmailMessage) -> EmailMessage:
    mail["From"] = "passerelle@example.org"
    return mail


async def test_a_mail_that_is_not_there_is_not_found(web: httpx.AsyncClient) -> None:
    answer = await web.get("/mails/..%2F..%2Fetc%2Fpasswd")
    assert answer.status_code == 404
    assert (await web.get("/mails/123")).status_code == 404


async def test_mails_can_be_read_as_json_by_recipient(
    mailbox: Mailbox, web: httpx.AsyncClient
) -> None:
    await send(mailbox, a_mail())
    await send(mailbox, a_mail(to="bea@example.org"))
    [mail] = (await web.get("/api/mails", params={"to": "ana@example.org"})).json()
    assert mail["to"] == ["ana@example.org"]
    assert mail["headers"]["Subject"] == "Un étang à suivre"
    assert mail["text"].startswith("Bonjour")
    assert len((await web.get("/api/mails")).json()) == 2


async def test_faults_can_be_planned_over_http_when_allowed(
    mailbox: Mailbox, web: httpx.AsyncClient
) -> None:
    planned = {"kind": "drop_after_body", "times": 2, "to": "ana@"}
    assert (await web.post("/api/faults", json=planned)).status_code == 204
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(mailbox, a_mail())
    assert (await web.delete("/api/faults")).status_code == 204
    await send(mailbox, a_mail())
    completed = (await web.get("/api/completed")).json()
    assert [done["reply"] for done in completed] == [None, "250 OK: taken"]
    assert {done["message_id"] for done in completed} == {"<one@example.org>"}


async def test_faults_cannot_be_planned_over_http_otherwise(tmp_path: Path) -> None:
    async with Mailbox(tmp_path) as mailbox, httpx.AsyncClient(base_url=mailbox.url) as client:
        assert (await client.post("/api/faults", json={})).status_code == 404
