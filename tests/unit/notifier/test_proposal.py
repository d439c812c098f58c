"""The life of a proposal, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.notifier.domain.advancing import advance, next_moment
from services.notifier.domain.answering import answer, undo
from services.notifier.domain.asking import approve, mail_taken, supersede, withdraw
from services.notifier.domain.effects import (
    Ask,
    Close,
    Introduce,
    SideAnswered,
    SideAsked,
    SideExpired,
    Supersede,
    Withdraw,
)
from services.notifier.domain.proposal import (
    NotAllowedError,
    Proposal,
    Rules,
    Stage,
    Step,
    TooLateError,
)
from services.notifier.domain.register import (
    Accept,
    Accepted,
    Answer,
    Asking,
    Decline,
    Declined,
    Expired,
    Held,
    Later,
    NotAsked,
    Pending,
    Postponed,
    Register,
    Side,
)
from tests.unit.notifier.people import PROPOSAL

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = Rules(undo=timedelta(minutes=10))
NEW = PROPOSAL
NEXT_WEEK = date(2026, 3, 9)


def at(**later: float) -> datetime:
    return NOW + timedelta(**later)


def asked(side: Side = Side.RESEARCH) -> Proposal:
    """A side was asked now; the researcher accepted before the organisation is asked."""
    sent = mail_taken(approve(NEW).proposal, Side.RESEARCH, NOW).proposal
    if side is Side.RESEARCH:
        return sent
    return mail_taken(said(sent, Side.RESEARCH, Accept()).proposal, Side.NEED, NOW).proposal


def said(proposal: Proposal, side: Side, word: Answer, *, directly: bool = False) -> Step:
    """A side answers now, and the time to undo passes."""
    held = answer(proposal, side, word, NOW, RULES)
    return advance(held, at(minutes=10), RULES, directly=directly)


def test_the_researcher_is_asked_first() -> None:
    step = approve(NEW)
    assert step.effects == (Ask(Side.RESEARCH, 1),)
    assert step.proposal.need.state == NotAsked()
    assert approve(step.proposal).effects == ()


def test_a_side_waits_for_an_answer_from_when_the_mail_was_taken() -> None:
    step = mail_taken(approve(NEW).proposal, Side.RESEARCH, NOW)
    assert step.proposal.research.state == Pending(1, NOW)
    assert step.proposal.stage is Stage.SENT
    assert step.effects == (SideAsked(Side.RESEARCH, 1, NOW),)
    assert mail_taken(step.proposal, Side.RESEARCH, NOW).effects == ()
    assert mail_taken(step.proposal, Side.NEED, NOW).effects == ()


def test_an_answer_has_no_effect_while_it_can_be_undone() -> None:
    held = answer(asked(), Side.RESEARCH, Accept(), NOW, RULES)
    assert advance(held, at(minutes=9), RULES, directly=False).proposal == held
    assert undo(held, Side.RESEARCH, at(minutes=9)) == asked()


def test_the_same_answer_again_changes_nothing_and_another_replaces_it() -> None:
    held = answer(asked(), Side.RESEARCH, Accept(), NOW, RULES)
    assert answer(held, Side.RESEARCH, Accept(), at(minutes=5), RULES) == held
    other = answer(held, Side.RESEARCH, Decline("ethics"), at(minutes=5), RULES)
    assert other.research.held == Held(Decline("ethics"), at(minutes=15))


def test_an_answer_that_took_effect_can_neither_be_undone_nor_changed() -> None:
    held = answer(asked(), Side.RESEARCH, Accept(), NOW, RULES)
    with pytest.raises(TooLateError):
        undo(held, Side.RESEARCH, at(minutes=10))
    with pytest.raises(TooLateError):
        answer(held, Side.RESEARCH, Decline("other"), at(minutes=10), RULES)
    with pytest.raises(TooLateError):
        answer(said(asked(), Side.RESEARCH, Accept()).proposal, Side.RESEARCH, Accept(), NOW, RULES)


def test_a_side_that_was_not_asked_cannot_answer() -> None:
    with pytest.raises(TooLateError):
        answer(asked(), Side.NEED, Accept(), NOW, RULES)


def test_the_organisation_is_asked_when_the_researcher_accepts() -> None:
    step = said(asked(), Side.RESEARCH, Accept())
    assert step.effects == (SideAnswered(Side.RESEARCH, 1, Accept()), Ask(Side.NEED, 1))
    assert not step.proposal.may_know_each_other


def test_an_organisation_that_wants_to_meet_whoever_accepts_is_not_asked() -> None:
    step = said(asked(), Side.RESEARCH, Accept(), directly=True)
    assert step.effects == (
        SideAnswered(Side.RESEARCH, 1, Accept()),
        SideAnswered(Side.NEED, 1, Accept()),
        Close(),
        Introduce(),
    )
    assert step.proposal.may_know_each_other


def test_both_accepted_makes_an_introduction() -> None:
    step = said(asked(Side.NEED), Side.NEED, Accept())
    assert step.effects == (SideAnswered(Side.NEED, 1, Accept()), Close(), Introduce())
    assert step.proposal.stage is Stage.INTRODUCED
    assert step.proposal.may_know_each_other


@pytest.mark.parametrize("side", list(Side))
def test_a_decline_closes_it_without_a_word_to_the_other_side(side: Side) -> None:
    step = said(asked(side), side, Decline("no_capacity"))
    assert step.effects == (SideAnswered(side, 1, Decline("no_capacity")), Close())
    assert step.proposal.stage is Stage.DECLINED
    assert step.proposal.register(side).state == Declined("no_capacity", at(minutes=10))


def test_later_keeps_its_place_and_asks_once_more() -> None:
    later = said(asked(), Side.RESEARCH, Later(NEXT_WEEK)).proposal
    assert later.research.state == Postponed(1, NEXT_WEEK)
    assert advance(later, at(days=6), RULES, directly=False).proposal == later
    again = advance(later, at(days=7), RULES, directly=False)
    assert again.effects == (Ask(Side.RESEARCH, 2),)
    assert again.proposal.research.state == Asking(2)


def test_who_said_later_may_answer_before_that_day() -> None:
    later = said(asked(), Side.RESEARCH, Later(NEXT_WEEK)).proposal
    assert said(later, Side.RESEARCH, Decline("other")).proposal.stage is Stage.DECLINED


@pytest.mark.parametrize("day", [NOW.date(), NOW.date() + timedelta(days=15)])
def test_later_is_tomorrow_at_the_earliest_and_in_two_weeks_at_the_latest(day: date) -> None:
    with pytest.raises(NotAllowedError):
        answer(asked(), Side.RESEARCH, Later(day), NOW, RULES)


def test_later_cannot_be_said_twice() -> None:
    later = said(asked(), Side.RESEARCH, Later(NEXT_WEEK)).proposal
    again = advance(later, at(days=7), RULES, directly=False).proposal
    with pytest.raises(NotAllowedError):
        answer(again, Side.RESEARCH, Later(date(2026, 3, 12)), at(days=7), RULES)
    with pytest.raises(NotAllowedError):
        answer(later, Side.RESEARCH, Later(date(2026, 3, 12)), at(days=2), RULES)


@pytest.mark.parametrize("side", list(Side))
def test_silence_expires_and_is_never_consent(side: Side) -> None:
    silent = asked(side)
    assert advance(silent, at(days=20), RULES, directly=True).proposal == silent
    step = advance(silent, at(days=21), RULES, directly=True)
    assert step.effects == (SideExpired(side), Close())
    assert step.proposal.stage is Stage.EXPIRED
    assert step.proposal.register(side).state == Expired(at(days=21))


def test_an_answer_given_before_the_end_counts_although_it_takes_effect_after() -> None:
    held = answer(asked(), Side.RESEARCH, Accept(), at(days=21, minutes=-1), RULES)
    assert advance(held, at(days=21), RULES, directly=False).proposal == held
    step = advance(held, at(days=21, minutes=9), RULES, directly=False)
    assert isinstance(step.proposal.research.state, Accepted)


def test_an_answer_to_a_mail_in_doubt_says_that_it_arrived() -> None:
    step = said(approve(NEW).proposal, Side.RESEARCH, Decline("unclear"))
    assert step.effects == (
        SideAsked(Side.RESEARCH, 1, at(minutes=10)),
        SideAnswered(Side.RESEARCH, 1, Decline("unclear")),
        Close(),
    )


def test_only_a_researcher_who_was_asked_is_thanked_when_others_were_enough() -> None:
    step = supersede(asked())
    assert step.effects == (Close(), Supersede(thank_researcher=True))
    assert supersede(NEW).effects == (Close(), Supersede(thank_researcher=False))
    assert supersede(step.proposal).effects == ()


def test_a_withdrawn_proposal_is_over() -> None:
    step = withdraw(asked())
    assert step.effects == (Close(), Withdraw())
    assert withdraw(step.proposal).effects == ()
    assert advance(step.proposal, at(days=30), RULES, directly=False).proposal == step.proposal
    assert mail_taken(step.proposal, Side.RESEARCH, NOW).proposal == step.proposal
    with pytest.raises(TooLateError):
        undo(step.proposal, Side.RESEARCH, NOW)


def test_the_next_moment_is_the_first_that_changes_something() -> None:
    assert next_moment(approve(NEW).proposal, RULES) is None
    assert next_moment(asked(), RULES) == at(days=21)
    assert next_moment(asked(Side.NEED), RULES) == at(days=21)
    held = answer(asked(), Side.RESEARCH, Later(NEXT_WEEK), NOW, RULES)
    assert next_moment(held, RULES) == at(minutes=10)
    later = said(asked(), Side.RESEARCH, Later(NEXT_WEEK)).proposal
    assert next_moment(later, RULES) == datetime(2026, 3, 9, 7, tzinfo=UTC)
    assert next_moment(withdraw(later).proposal, RULES) is None


def test_a_party_is_on_its_side_and_nobody_else_on_any() -> None:
    assert NEW.side_of(NEW.researcher_id) is Side.RESEARCH
    assert NEW.side_of(NEW.organisation_id) is Side.NEED
    assert NEW.side_of(NEW.id) is None
    assert {NEW.party(side) for side in Side} == {NEW.researcher_id, NEW.organisation_id}


def test_one_yes_is_not_enough_whatever_the_stage_says() -> None:
    odd = replace(NEW, stage=Stage.INTRODUCED, research=Register(Accepted(NOW)))
    assert not odd.may_know_each_other
