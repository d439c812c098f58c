"""Where a need stands, told without refusals and without names."""

from datetime import timedelta

import pytest

from services.profiles.domain import need as n
from services.profiles.domain.progress import Asked, Proposal, StepName, steps
from tests.support.fakes_profiles import MONDAY, a_need, an_id

AN_HOUR = MONDAY + timedelta(hours=1)
SUBMITTED = a_need()
PUBLISHED = a_need(life=n.Published(), confirmed_at=MONDAY, published_at=MONDAY)
NEW = Proposal(an_id("p"), an_id("need"), an_id("capability"))
ASKED = NEW.sent(Asked.RESEARCH, MONDAY)
WILLING = ASKED.answered(Asked.RESEARCH, "accepted").sent(Asked.NEED, AN_HOUR)


def reached(need: n.Need, *proposals: Proposal) -> dict[str, int]:
    way = steps(need, proposals, unmatched_at=None)
    return {step.name.value: step.n for step in way if step.reached}


def test_a_submitted_need_is_received_and_nothing_more() -> None:
    assert reached(SUBMITTED) == {"received": 0}


def test_a_proposal_counts_once_its_mail_has_left() -> None:
    assert "asked" not in reached(PUBLISHED, NEW)
    assert reached(PUBLISHED, ASKED, NEW)["asked"] == 1


def test_a_refusal_looks_like_silence() -> None:
    refused = ASKED.answered(Asked.RESEARCH, "declined")
    expired = ASKED.answered(Asked.RESEARCH, "expired")
    way = steps(PUBLISHED, [ASKED], unmatched_at=None)
    assert steps(PUBLISHED, [refused], unmatched_at=None) == way
    assert steps(PUBLISHED, [expired], unmatched_at=None) == way


def test_a_willing_team_waits_for_the_organisation() -> None:
    assert reached(PUBLISHED, WILLING, ASKED) == {
        "received": 0,
        "confirmed": 0,
        "published": 0,
        "asked": 2,
        "willing": 1,
    }


@pytest.mark.parametrize("answer", ["accepted", "declined", "expired"])
def test_a_team_that_was_answered_waits_no_more(answer: str) -> None:
    assert not WILLING.answered(Asked.NEED, answer).is_willing


def test_a_team_that_is_told_later_still_waits() -> None:
    assert WILLING.answered(Asked.NEED, "later").is_willing


def test_what_is_over_waits_no_more() -> None:
    assert not WILLING.ended().is_willing
    assert ASKED.is_open
    assert ASKED.answered(Asked.RESEARCH, "later").is_open
    assert not ASKED.ended().is_open
    assert not WILLING.is_open
    assert not NEW.is_open


def test_the_first_mail_and_the_first_introduction_count() -> None:
    again = WILLING.sent(Asked.RESEARCH, AN_HOUR).sent(Asked.NEED, MONDAY)
    assert again == WILLING
    made = WILLING.introduced(MONDAY)
    assert made.introduced(AN_HOUR) == made


def test_an_introduction_is_shown_with_its_number() -> None:
    introduced = WILLING.answered(Asked.NEED, "accepted").introduced(AN_HOUR)
    assert reached(PUBLISHED, introduced)["introduced"] == 1
    assert reached(PUBLISHED, introduced)["willing"] == 0


def test_a_willing_team_is_dated_before_and_after_the_introduction() -> None:
    later = WILLING.introduced(AN_HOUR + timedelta(hours=1))
    for proposal in (WILLING, later):
        way = {step.name: step for step in steps(PUBLISHED, [ASKED, proposal], unmatched_at=None)}
        assert way[StepName.WILLING].at == AN_HOUR


def test_a_need_without_candidates_is_on_watch() -> None:
    last = steps(PUBLISHED, [], unmatched_at=AN_HOUR)[-1]
    assert (last.name, last.at) == (StepName.ON_WATCH, AN_HOUR)


def test_an_introduced_need_is_not_shown_on_watch() -> None:
    introduced = WILLING.introduced(AN_HOUR)
    names = [step.name for step in steps(PUBLISHED, [introduced], unmatched_at=AN_HOUR)]
    assert StepName.ON_WATCH not in names


def test_a_withdrawn_need_shows_how_far_it_came() -> None:
    withdrawn = PUBLISHED.withdraw(at=AN_HOUR)
    names = [step.name.value for step in steps(withdrawn, [], unmatched_at=MONDAY)]
    assert names == ["received", "confirmed", "published", "closed"]
