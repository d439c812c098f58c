"""The log's topics: who writes, who reads, and where personal data may be."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.contracts.check import topic_problems
from shared.contracts.event import type_of
from shared.contracts.schema import schema_of
from shared.contracts.topics import (
    CONTACTS,
    EVENTS,
    LETTERS,
    NEEDS,
    TOPICS,
    Service,
    dead_letters_of,
    read_by,
    written_by,
)

PERSONAL = re.compile(
    r"(^|_)(e?mail|address|phone|person|name|first|last|surname|contact|street|postcode|token|url)"
    r"(_|$)"
)
# The kind of a mail, such as proposal or reminder: a word of ours.
IMPERSONAL = {("delivery.failed.v1", "mail_kind")}


def fields_of(schema: dict[str, Any]) -> Iterator[str]:
    """Every field name in a schema, however deep."""
    for part in [schema, *schema.get("$defs", {}).values()]:
        yield from part.get("properties", {})


def test_every_topic_has_one_writer_and_a_reader() -> None:
    writers = Counter(topic.name for service in Service for topic in written_by(service))

    assert writers == {topic.name: 1 for topic in TOPICS}
    assert topic_problems(TOPICS) == []


def test_a_topic_without_a_reader_is_found() -> None:
    assert topic_problems([replace(NEEDS, readers=frozenset())]) == [
        "passerelle.needs has no reader."
    ]


def test_an_event_keyed_otherwise_than_its_topic_is_found() -> None:
    [problem] = topic_problems([replace(NEEDS, events=CONTACTS.events)])

    assert problem == (
        "ContactRecorded is keyed by party_id, its topic passerelle.needs by need_id."
    )


def test_every_service_reads_something_that_it_does_not_write() -> None:
    for service in Service:
        assert read_by(service)
        assert not set(read_by(service)) & set(written_by(service))


def test_an_event_is_on_one_topic_only() -> None:
    on_topics = Counter(type_of(event) for topic in TOPICS for event in topic.events)

    assert set(on_topics.values()) == {1}


def test_names_of_topics_and_events_follow_their_form() -> None:
    names = [topic.name for topic in TOPICS] + [dead_letters_of(service) for service in Service]

    assert all(re.fullmatch(r"passerelle\.[a-z-]+(\.[a-z]+)?", name) for name in names)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\.v[1-9][0-9]*", name) for name in EVENTS)


def test_contacts_and_letters_are_the_restricted_topics() -> None:
    assert {topic for topic in TOPICS if topic.restricted} == {CONTACTS, LETTERS}


@pytest.mark.parametrize("event_type", sorted(set(EVENTS) - {"contact.recorded.v1"}))
def test_no_field_outside_contacts_can_hold_a_name_or_an_address(event_type: str) -> None:
    personal = {
        field
        for field in fields_of(schema_of(EVENTS[event_type]))
        if PERSONAL.search(field) and (event_type, field) not in IMPERSONAL
    }

    assert not personal


def test_the_names_that_are_looked_for_are_those_of_a_contact() -> None:
    found = {f for f in fields_of(schema_of(CONTACTS.events[0])) if PERSONAL.search(f)}

    assert found == {"person", "body_name", "email", "phone"}
