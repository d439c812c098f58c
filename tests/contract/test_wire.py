"""Events as bytes: written and read without a difference, and read tolerantly."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.contracts.delivery import RejectedError
from shared.contracts.event import Tombstone
from shared.contracts.needs import NeedPublished
from shared.contracts.recorded import recorded
from shared.contracts.topics import CONTACTS, EVENTS
from shared.contracts.wire import LARGEST_MESSAGE, Message, decode, encode

PARTY = "7d812a9b-0017-5c87-855c-f242440070b9"
ERASURE = Message(
    topic="passerelle.contacts",
    key=PARTY.encode(),
    headers=(
        ("ce_specversion", b"1.0"),
        ("ce_id", b"5f1d2c9e-26dc-5a41-9f52-e6b4f6a0a0a1"),
        ("ce_type", b"erased.v1"),
        ("ce_source", b"/passerelle/profiles"),
        ("ce_time", b"2026-03-02T09:15:00+00:00"),
        ("ce_subject", PARTY.encode()),
    ),
    value=None,
)


@pytest.mark.parametrize("event_type", EVENTS)
def test_an_example_comes_back_byte_for_byte(event_type: str) -> None:
    message = recorded(event_type)

    assert encode(decode(message)) == message


@pytest.mark.parametrize("event_type", EVENTS)
def test_an_example_is_read_as_its_own_class(event_type: str) -> None:
    assert type(decode(recorded(event_type))) is EVENTS[event_type]


def test_headers_are_cloudevents_in_their_agreed_order() -> None:
    need = b"696e867e-4186-5550-a009-eb9baef00970"

    assert recorded("need.published.v1").headers == (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"1d5f37a8-c281-5306-b090-137d713abeba"),
        ("ce_type", b"need.published.v1"),
        ("ce_source", b"/passerelle/profiles"),
        ("ce_time", b"2026-03-02T09:15:00+00:00"),
        ("ce_subject", need),
        ("ce_dataschema", b"schemas/need.published.v1.json"),
        ("content-type", b"application/json"),
        ("x-agg-version", b"1"),
    )


def test_an_erasure_comes_back_byte_for_byte() -> None:
    erasure = Tombstone(
        topic=CONTACTS.name,
        key=PARTY,
        id=UUID("5f1d2c9e-26dc-5a41-9f52-e6b4f6a0a0a1"),
        occurred_at=datetime(2026, 3, 2, 9, 15, tzinfo=UTC),
    )

    assert encode(erasure) == ERASURE
    assert decode(ERASURE) == erasure


@pytest.mark.parametrize("event_type", EVENTS)
def test_fields_and_headers_of_a_newer_writer_are_ignored(event_type: str) -> None:
    message = recorded(event_type)
    data = json.loads(message.value or b"") | {"added_in_a_later_release": {"deep": [1]}}
    newer = replace(
        message,
        value=json.dumps(data).encode(),
        headers=(*message.headers, ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-01")),
    )

    assert decode(newer) == decode(message)


def test_optional_fields_that_an_older_writer_left_out_have_their_defaults() -> None:
    message = recorded("need.published.v1")
    data = json.loads(message.value or b"")
    del data["questions"], data["deadline"], data["territory"]

    need = decode(replace(message, value=json.dumps(data).encode()))

    assert isinstance(need, NeedPublished)
    assert (need.questions, need.deadline, need.territory.city) == ((), None, "")


def test_attributes_are_taken_from_headers_and_never_from_the_body() -> None:
    message = recorded("need.published.v1")
    data = json.loads(message.value or b"") | {"id": PARTY, "version": 99, "type": "need.closed.v1"}

    assert decode(replace(message, value=json.dumps(data).encode())) == decode(message)


def test_an_event_that_the_log_would_not_take_is_refused_when_it_is_told() -> None:
    need = decode(recorded("need.published.v1"))
    assert isinstance(need, NeedPublished)
    room = LARGEST_MESSAGE - len(encode(need).value or b"")
    with pytest.raises(RejectedError, match=f"larger than {LARGEST_MESSAGE} bytes"):
        encode(need.model_copy(update={"description": need.description + "x" * room}))


def test_key_and_headers_count_as_well() -> None:
    half = LARGEST_MESSAGE // 2
    within = Message("a", b"k" * half, (("h", None),), b"v" * (half - 1))
    assert not within.too_large
    assert replace(within, headers=(("h", b"v"),)).too_large
