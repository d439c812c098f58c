"""Links open one purpose, until their date, with any of the keys."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.tokens import ExpiredLinkError, InvalidLinkError, Links, Ticket
from tests.support.builders_events import an_id

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OLD_KEY, NEW_KEY = "o" * 32, "n" * 32


def a_ticket(*, purpose: str = "answer", lifetime: timedelta = timedelta(days=1)) -> Ticket:
    return Ticket(
        purpose=purpose,
        party_id=an_id("party"),
        epoch=3,
        ids={"proposal": an_id("proposal")},
        expires_at=NOW + lifetime,
    )


def links(*keys: str) -> Links:
    return Links(keys or (NEW_KEY,), lambda: NOW)


def test_a_link_gives_its_ticket_back() -> None:
    assert links().read(links().sign(a_ticket()), "answer") == a_ticket()


def test_a_link_for_one_purpose_opens_no_other() -> None:
    with pytest.raises(InvalidLinkError):
        links().read(links().sign(a_ticket()), "unsubscribe")


def test_a_link_expires() -> None:
    with pytest.raises(ExpiredLinkError):
        links().read(links().sign(a_ticket(lifetime=timedelta(0))), "answer")


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_link_opens_where_the_clock_is_an_hour_off(hours: int) -> None:
    theirs = Links((NEW_KEY,), lambda: NOW + timedelta(hours=hours))
    assert theirs.read(links().sign(a_ticket()), "answer") == a_ticket()


def test_the_newest_key_signs_and_the_older_still_reads() -> None:
    both = links(NEW_KEY, OLD_KEY)
    assert both.read(links(OLD_KEY).sign(a_ticket()), "answer") == a_ticket()
    assert links(NEW_KEY).read(both.sign(a_ticket()), "answer") == a_ticket()
    with pytest.raises(InvalidLinkError):
        links(OLD_KEY).read(both.sign(a_ticket()), "answer")


@given(st.text(max_size=80))
def test_no_other_text_is_a_link(text: str) -> None:
    with pytest.raises(InvalidLinkError):
        links().read(text, "answer")


def test_a_link_survives_a_line_of_a_mail() -> None:
    assert len(links().sign(a_ticket())) < 250
