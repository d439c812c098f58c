"""The AsyncAPI document: valid by its standard, and true of the topics."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from shared.contracts.asyncapi import ASYNCAPI, document
from shared.contracts.topics import EVENTS, TOPICS, Service, dead_letters_of, read_by, written_by
from shared.runtime.prepare import _dead_letters, _new

STANDARD = Path(__file__).with_name("standards") / "asyncapi-3.0.0.json"
DOCUMENT = document()


def resolved(pointer: str) -> object:
    part: Any = DOCUMENT
    for key in pointer.removeprefix("#/").split("/"):
        part = part[key]
    return part


def references(part: object) -> list[str]:
    match part:
        case {"$ref": str(pointer)}:
            return [pointer]
        case dict():
            return [ref for value in part.values() for ref in references(value)]
        case list():
            return [ref for value in part for ref in references(value)]
        case _:
            return []


def test_the_committed_document_is_valid_by_the_standard() -> None:
    standard = json.loads(STANDARD.read_text("utf-8"))

    jsonschema.Draft7Validator(standard).validate(yaml.safe_load(ASYNCAPI.read_text("utf-8")))


def test_every_reference_leads_somewhere() -> None:
    found = references(DOCUMENT)

    assert len(found) > 100
    assert all(resolved(pointer) is not None for pointer in found)


def test_every_topic_is_a_channel_and_every_event_a_message() -> None:
    dead_letters = {dead_letters_of(service) for service in Service}

    assert set(DOCUMENT["channels"]) == {topic.name for topic in TOPICS} | dead_letters
    assert set(DOCUMENT["components"]["messages"]) == {*EVENTS, "erased.v1", "dead-letter"}


@pytest.mark.parametrize("service", Service)
def test_a_service_sends_what_it_writes_and_receives_what_it_reads(service: Service) -> None:
    own = [
        (operation["action"], operation["channel"]["$ref"].removeprefix("#/channels/"))
        for name, operation in DOCUMENT["operations"].items()
        if name.startswith(f"{service}.")
    ]

    assert sorted(own) == sorted(
        [
            *(("send", topic.name) for topic in written_by(service)),
            *(("receive", topic.name) for topic in read_by(service)),
            ("send", dead_letters_of(service)),
        ]
    )


@pytest.mark.parametrize("event_type", EVENTS)
def test_an_example_is_valid_by_the_document_s_own_schemas(event_type: str) -> None:
    message = DOCUMENT["components"]["messages"][event_type]
    [example] = message["examples"]

    for part in ("headers", "payload"):
        schema = {**message[part], "components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(schema).validate(example[part])


@pytest.mark.parametrize("name", DOCUMENT["channels"])
def test_a_channel_is_described_as_the_services_create_it(name: str) -> None:
    by_name = {topic.name: _new(topic) for topic in TOPICS}
    by_name |= {dead_letters_of(service): _dead_letters(service) for service in Service}
    binding = DOCUMENT["channels"][name]["bindings"]["kafka"]
    described = {
        key: ",".join(value) if isinstance(value, list) else str(value)
        for key, value in binding["topicConfiguration"].items()
    }

    assert by_name[name].num_partitions == binding["partitions"]
    assert by_name[name].topic_configs == described
