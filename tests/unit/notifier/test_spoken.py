"""What a side is told about a proposal, and what its form can say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.notifier.domain.proposal import Rules, Stage
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
    State,
)
from services.notifier.web.spoken import FormError, Standing, read_answer, standing
from tests.unit.notifier.people import NOW, PROPOSAL, SHOWN

DAY = date(2026, 3, 9)
RULES = Rules(undo=timedelta(minutes=10))


def stands(state: State, stage: Stage = Stage.SENT, held: Held | None = None) -> Standing:
    proposal = replace(PROPOSAL, stage=stage, research=Register(state, held))
    return standing(replace(SHOWN, proposal=proposal), Side.RESEARCH, NOW)


@pytest.mark.parametrize(
    ("state", "stage", "said", "over"),
    [
        (NotAsked(), Stage.SENT, "", "not_asked"),
        (Pending(1, NOW), Stage.SENT, "", ""),
        (Postponed(1, DAY), Stage.SENT, "later", ""),
        (Accepted(NOW), Stage.SENT, "accepted", ""),
        (Accepted(NOW), Stage.INTRODUCED, "accepted", "introduced"),
        (Accepted(NOW), Stage.DECLINED, "accepted", "declined"),
        (Accepted(NOW), Stage.EXPIRED, "accepted", "declined"),
        (Declined("other", NOW), Stage.DECLINED, "declined", ""),
        (Expired(NOW), Stage.EXPIRED, "", "expired"),
        (Pending(1, NOW), Stage.SUPERSEDED, "", "superseded"),
        (NotAsked(), Stage.WITHDRAWN, "", "withdrawn"),
    ],
)
def test_each_state_has_its_words(state: State, stage: Stage, said: str, over: str) -> None:
    seen = stands(state, stage)
    assert (seen.said, seen.over) == (said, over)
    assert seen.asks == (stage.is_open and isinstance(state, Pending | Postponed))


@pytest.mark.parametrize(
    ("answer", "said"),
    [(Accept(), "accepted"), (Decline("other"), "declined"), (Later(DAY), "later")],
)
def test_a_held_answer_is_told_with_the_time_to_undo_it(answer: Answer, said: str) -> None:
    held = stands(Pending(1, NOW), held=Held(answer, NOW + timedelta(minutes=5)))
    assert (held.said, held.seconds_left(NOW), held.effective_at) == (said, 300.0, "13:05:00")
    assert held.may_answer
    assert not held.asks
    over = stands(Pending(1, NOW), held=Held(answer, NOW))
    assert (over.said, over.effective, over.seconds_left(NOW), over.effective_at) == (
        said,
        answer,
        0.0,
        "",
    )
    assert not over.may_answer


def test_a_day_to_answer_by_is_known_once_the_mail_was_taken() -> None:
    assert stands(Pending(1, NOW)).answer_by(RULES) == date(2026, 3, 23)
    assert stands(Asking(1), Stage.APPROVED).answer_by(RULES) is None


def test_forms_say_what_people_chose() -> None:
    assert read_answer({"choice": "accept", "later_on": "2026-03-09"}) == Accept()
    assert read_answer({"choice": "decline", "reason": "ethics"}) == Decline("ethics")
    assert read_answer({"choice": "later", "later_on": "2026-03-09"}) == Later(DAY)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "choose_answer"),
        ({"choice": "decline"}, "choose_reason"),
        ({"choice": "later", "later_on": "x"}, "choose_day"),
    ],
)
def test_forms_that_say_too_little_are_explained(fields: dict[str, str], key: str) -> None:
    with pytest.raises(FormError) as wrong:
        read_answer(fields)
    assert wrong.value.key == key
