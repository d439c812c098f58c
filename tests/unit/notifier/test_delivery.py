"""What becomes of a mail, attempt by attempt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifier.domain.delivery import (
    Delivery,
    Doubtful,
    Kind,
    NotNow,
    Outcome,
    Refused,
    State,
    Taken,
    Unreachable,
    Waits,
    abandoned,
    after,
    body_starting,
    claimed,
    ended,
)
from tests.unit.notifier.people import NOW, a_delivery

WAITS = Waits(in_doubt=timedelta(minutes=30))


def in_hand(kind: Kind = Kind.PROPOSAL) -> Delivery:
    return claimed(a_delivery(kind), NOW)


def test_each_attempt_has_a_number_and_starts_before_the_body() -> None:
    first = body_starting(in_hand())
    second = claimed(replace(first, state=State.DEFERRED), NOW + timedelta(hours=1))
    assert (second.attempt, second.body_started, second.begun_at) == (2, False, NOW)
    assert second.state is State.SENDING


@pytest.mark.parametrize(
    ("outcome", "state", "due_in_s"),
    [
        (Taken(), State.ACCEPTED, None),
        (NotNow("450"), State.DEFERRED, 5),
        (NotNow("450 4.2.0", is_greylisting=True), State.DEFERRED, 300),
        (Unreachable("gone"), State.DEFERRED, 5),
        (Refused("550"), State.FAILED, None),
        (Doubtful("SMTPServerDisconnected"), State.IN_DOUBT, 1800),
    ],
)
def test_what_the_server_says_decides(
    outcome: Outcome, state: State, due_in_s: float | None
) -> None:
    done = after(in_hand(), outcome, NOW, WAITS)
    assert done.state is state
    assert done.due_at == (None if due_in_s is None else NOW + timedelta(seconds=due_in_s))


def test_retries_come_later_and_later_and_are_spread() -> None:
    tenth = replace(in_hand(), attempt=10)
    assert after(tenth, NotNow("451"), NOW, WAITS).due_at == NOW + timedelta(hours=6)
    far = replace(in_hand(), attempt=99)
    assert after(far, NotNow("451"), NOW, WAITS).due_at == NOW + timedelta(hours=6)
    early = after(tenth, NotNow("451"), NOW, replace(WAITS, jitter=0.5)).due_at
    assert early == NOW + timedelta(hours=3)


def test_an_unreachable_server_is_tried_every_minute() -> None:
    tenth = replace(in_hand(), attempt=10)
    assert after(tenth, Unreachable("gone"), NOW, WAITS).due_at == NOW + timedelta(minutes=1)


def test_a_mail_that_is_put_off_for_too_long_is_given_up() -> None:
    too_late = NOW + timedelta(days=7)
    done = after(in_hand(), NotNow("451"), too_late, WAITS)
    assert (done.state, done.due_at, done.reason) == (State.EXPIRED, None, "451")


def test_a_dead_sender_before_the_body_means_the_mail_simply_goes_again() -> None:
    again = abandoned(in_hand(), NOW, WAITS)
    assert (again.state, again.due_at, again.doubts) == (State.QUEUED, NOW, 0)


def test_a_dead_sender_after_the_body_began_means_doubt() -> None:
    doubt = abandoned(body_starting(in_hand()), NOW, WAITS)
    assert (doubt.state, doubt.doubts) == (State.IN_DOUBT, 1)
    assert not doubt.possible_duplicate


def test_a_mail_in_doubt_goes_once_more_and_only_once() -> None:
    doubt = after(body_starting(in_hand()), Doubtful("gone"), NOW, WAITS)
    copy = body_starting(claimed(doubt, NOW))
    assert copy.possible_duplicate
    still = after(copy, Doubtful("gone"), NOW, WAITS)
    assert (still.state, still.due_at, still.done_at) == (State.IN_DOUBT, None, NOW)


@pytest.mark.parametrize("kind", [Kind.PROPOSAL_REMINDER, Kind.SUPERSEDED_THANKS])
def test_a_courtesy_in_doubt_does_not_go_again(kind: Kind) -> None:
    assert after(in_hand(kind), Doubtful("gone"), NOW, WAITS).due_at is None


def test_an_ended_mail_says_why() -> None:
    done = ended(in_hand(), State.CANCELLED, "unsubscribed", NOW)
    assert (done.state, done.reason, done.due_at, done.done_at) == (
        State.CANCELLED,
        "unsubscribed",
        None,
        NOW,
    )
