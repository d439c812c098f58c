"""What an answer teaches about fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.application.hear_answer import answer_told_by
from services.matcher.domain.answer import LESSONS, Answer, Lesson, Outcome
from shared.contracts import introductions as told
from tests.support.builders_matching import a_proposal, about, answered, expired

ADA = a_proposal("well", "ada")
OUT_OF_FIELD = Answer(Outcome.DECLINED, "out_of_field")
YES, BOTH = Answer(Outcome.ACCEPTED), Answer(Outcome.INTRODUCED)
answers = st.builds(Answer, st.sampled_from(Outcome), st.sampled_from(["", *LESSONS]))


def test_every_reason_that_can_be_given_has_its_place_in_the_table() -> None:
    assert set(LESSONS) == set(told.DeclineReason)


@pytest.mark.parametrize(
    ("answer", "lesson"),
    [
        (YES, Lesson.FITS),
        (BOTH, Lesson.FITS),
        (OUT_OF_FIELD, Lesson.DOES_NOT_FIT),
        (Answer(Outcome.DECLINED, "no_capacity"), Lesson.NOTHING),
        (Answer(Outcome.DECLINED), Lesson.NOTHING),
        (Answer(Outcome.DECLINED, "a reason of a later release"), Lesson.NOTHING),
        (Answer(Outcome.EXPIRED), Lesson.NOTHING),
    ],
)
def test_only_what_is_about_the_subject_teaches(answer: Answer, lesson: Lesson) -> None:
    assert answer.lesson is lesson


def test_the_other_side_may_say_after_a_yes_that_it_does_not_fit() -> None:
    assert YES.more_telling(OUT_OF_FIELD) == OUT_OF_FIELD


def test_a_yes_of_one_side_outlives_a_refusal_that_says_nothing_about_fit() -> None:
    assert YES.more_telling(Answer(Outcome.DECLINED, "no_capacity")) == YES


def test_an_introduction_stands_above_all() -> None:
    assert OUT_OF_FIELD.more_telling(BOTH) == BOTH


@given(answers, answers, answers)
def test_the_same_answer_stays_whatever_the_order_of_hearing(
    one: Answer, two: Answer, three: Answer
) -> None:
    assert one.more_telling(two).more_telling(three) == three.more_telling(two).more_telling(one)
    assert one.more_telling(one) == one


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        (answered(ADA, told.Answer.ACCEPTED), YES),
        (answered(ADA, told.Answer.DECLINED), Answer(Outcome.DECLINED)),
        (answered(ADA, told.Answer.DECLINED, told.DeclineReason.OUT_OF_FIELD), OUT_OF_FIELD),
        (answered(ADA, told.Answer.LATER), None),
        (expired(ADA, told.Side.RESEARCH), Answer(Outcome.EXPIRED)),
        (told.IntroductionMade(**about(ADA)), BOTH),
        (told.ProposalSent(**about(ADA, side=told.Side.RESEARCH)), None),
        (told.ProposalWithdrawn(**about(ADA)), None),
        (told.ProposalSuperseded(**about(ADA)), None),
    ],
)
def test_events_are_heard_as_answers(event: told.ProposalEvent, answer: Answer | None) -> None:
    assert answer_told_by(event) == answer
