"""Messages that are none: each is refused with a reason that repeats nothing of the body."""

import json
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.delivery import RejectedError
from shared.contracts.recorded import recorded
from shared.contracts.topics import BY_NAME, EVENTS
from shared.contracts.wire import Headers, Message, decode

CANARY = "canari-Camille-Exemple"
GOOD = recorded("contact.recorded.v1")
DATA = json.loads(GOOD.value or b"")
SCORED = recorded("match.proposed.v1")
Poison = Callable[[], Message]


def with_value(value: bytes | None, of: Message = GOOD) -> Message:
    return replace(of, value=value)


def with_data(of: Message = GOOD, **changed: object) -> Message:
    data = {**json.loads(of.value or b""), "note": CANARY, **changed}
    return with_value(json.dumps(data).encode(), of)


def with_header(name: str, value: bytes | None, of: Message = GOOD) -> Message:
    headers = tuple((n, value if n == name else v) for n, v in of.headers)
    return replace(with_data(of), headers=headers)


def without_header(name: str, of: Message = GOOD) -> Message:
    return replace(with_data(of), headers=tuple(h for h in of.headers if h[0] != name))


POISON: dict[str, tuple[Poison, str]] = {
    "not JSON": (lambda: with_value(f'{{"person": {CANARY}'.encode()), "not JSON"),
    "empty": (lambda: with_value(b""), "not JSON"),
    "not UTF-8": (lambda: with_value(b'{"person": "\xff' + CANARY.encode()), "not JSON"),
    "a list": (lambda: with_value(f'["{CANARY}"]'.encode()), "not a JSON object"),
    "nested deeply": (lambda: with_value(b"[" * 100_000 + CANARY.encode()), "not JSON"),
    "nested deeply, closed": (
        lambda: with_value(b'{"a":' * 20_000 + b"1" + b"}" * 20_000),
        "not JSON",
    ),
    "a number of 5,000 digits": (
        lambda: with_value(b'{"epoch": ' + b"1" * 5000 + b"}"),
        "not JSON",
    ),
    "a number too large": (lambda: with_data(epoch=2**70), "cannot be stored"),
    "not a number": (lambda: with_data(SCORED, score=float("nan")), "cannot be stored"),
    "not a number, nested": (
        lambda: with_data(SCORED, contributions=[{"value": float("nan")}]),
        "cannot be stored",
    ),
    "infinite": (lambda: with_value(b'{"score": 1e999}', SCORED), "cannot be stored"),
    "a NUL": (lambda: with_data(person=f"{CANARY}\x00"), "cannot be stored"),
    "half a surrogate": (lambda: with_data(person=f"{CANARY}\ud800"), "cannot be stored"),
    "half a surrogate in a name": (
        lambda: with_data(GOOD, **{"\udfff": CANARY}),
        "cannot be stored",
    ),
    "a field missing": (lambda: with_value(json.dumps({"person": CANARY}).encode()), "party_id"),
    "a field of another type": (lambda: with_data(verified=CANARY), "invalid fields: verified"),
    "an id that is none": (lambda: with_data(party_id=CANARY), "invalid fields: party_id"),
    "a value not in the list": (lambda: with_data(kind=CANARY), "invalid fields: kind"),
    "a limit passed": (lambda: with_data(SCORED, score=1.5), "invalid fields: score"),
    "another key": (lambda: replace(with_data(), key=CANARY.encode()), "the key is not"),
    "no key": (lambda: replace(with_data(), key=b""), "the key is not"),
    "a header not UTF-8": (lambda: with_header("ce_source", b"\xff"), "not UTF-8"),
    "a header's name not UTF-8": (
        lambda: replace(GOOD, headers=(*GOOD.headers, ("\udcff", b"x"))),
        "not UTF-8",
    ),
    "a null header": (lambda: with_header("ce_id", None), "ce_id is missing"),
    "no ce_id": (lambda: without_header("ce_id"), "ce_id is missing"),
    "no ce_type": (lambda: without_header("ce_type"), "ce_type is missing"),
    "no ce_time": (lambda: without_header("ce_time"), "ce_time is missing"),
    "a ce_id that is none": (lambda: with_header("ce_id", b"1"), "invalid fields: id"),
    "a time without a zone": (
        lambda: with_header("ce_time", b"2026-03-02T09:15:00"),
        "invalid fields: occurred_at",
    ),
    "a negative version": (lambda: with_header("x-agg-version", b"-1"), "invalid fields: version"),
    "a version too large": (
        lambda: with_header("x-agg-version", b"9" * 30),
        "invalid fields: version",
    ),
    "an unknown type": (lambda: with_header("ce_type", b"contact.recorded.v9"), "no such event"),
    "an unknown type with a NUL": (lambda: with_header("ce_type", b"\x00"), "x00"),
    "an event of another topic": (
        lambda: with_header("ce_type", b"need.published.v1"),
        "no such event",
    ),
    "an unknown topic": (lambda: replace(with_data(), topic="elsewhere"), "unknown topic"),
    "erased, but the key is no id": (
        lambda: replace(with_value(None), key=CANARY.encode()),
        "a tombstone needs",
    ),
    "erased, but the key is not UTF-8": (
        lambda: replace(with_value(None), key=b"\xff"),
        "a tombstone needs",
    ),
    "erased, without an id": (
        lambda: with_value(None, without_header("ce_id")),
        "ce_id is missing",
    ),
}


@pytest.mark.parametrize("case", POISON)
def test_poison_is_refused_with_a_reason_that_repeats_nothing_of_the_body(case: str) -> None:
    poisoned, reason = POISON[case]

    with pytest.raises(RejectedError, match=reason) as refused:
        decode(poisoned())

    told = "".join(traceback.format_exception(refused.value))
    assert CANARY not in told
    assert DATA["email"] not in told


def test_the_message_that_was_poisoned_is_good() -> None:
    assert decode(with_data()) == decode(GOOD)


headers = st.lists(
    st.tuples(
        st.sampled_from(["ce_id", "ce_type", "ce_time", "x-agg-version", "other"]),
        st.binary(max_size=40)
        | st.sampled_from([*(name.encode() for name in EVENTS), b"2026-03-02T09:15:00+00:00"]),
    ),
    max_size=6,
).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(
    topic=st.sampled_from([*BY_NAME, "elsewhere"]),
    key=st.binary(max_size=40),
    headers=headers,
    value=st.none() | st.binary(max_size=200),
)
def test_random_bytes_raise_nothing_but_rejected(
    topic: str, key: bytes, headers: Headers, value: bytes | None
) -> None:
    with pytest.raises(RejectedError):
        decode(Message(topic, key, headers, value))


@given(event_type=st.sampled_from(sorted(EVENTS)), value=json_values, data=st.data())
def test_a_field_with_any_json_in_it_is_read_or_rejected(
    event_type: str, value: object, data: st.DataObject
) -> None:
    message = recorded(event_type)
    body = json.loads(message.value or b"")
    body[data.draw(st.sampled_from(sorted(body)))] = value

    with suppress(RejectedError):
        decode(replace(message, value=json.dumps(body).encode()))
