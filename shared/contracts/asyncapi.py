"""The AsyncAPI 3 document, generated from the registry of topics and the recorded examples."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic.json_schema import models_json_schema

from shared.contracts.event import Event, type_of
from shared.contracts.recorded import recorded
from shared.contracts.schema import without_attributes
from shared.contracts.topics import (
    COMPACTION_LAG_DAYS,
    EVENTS,
    LOG_RETENTION_DAYS,
    PARTITIONS,
    TOMBSTONE_DAYS,
    TOPIC_OF,
    TOPICS,
    Service,
    Topic,
    dead_letters_of,
)
from shared.contracts.wire import TOMBSTONE_TYPE

Document = dict[str, Any]
ASYNCAPI = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"
BINDING = "0.5.0"
DAY_MS = 24 * 3600 * 1000
DEAD_LETTER = "dead-letter"
TEXT = {"type": "string"}
ID = {"type": "string", "format": "uuid"}
DEAD_LETTER_HEADERS = {
    "x-dead-letter-reason": "Why it could not be used; never a value from the message.",
    "x-dead-letter-place": "Where it was read: topic/partition/offset/timestamp.",
    "x-dead-letter-attempts": "How often it was tried.",
}


def text() -> str:
    """The document as committed."""
    head = "# Written by `python -m shared.contracts write`; do not edit.\n"
    # A line is as long as it needs: where a library folds them is its own business.
    return head + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=10_000)


def document() -> Document:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Passerelle: the log",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka's binary mode; the version is in each type.",
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": "application/json",
        "servers": {"log": {"host": "127.0.0.1:9092", "protocol": "kafka"}},
        "channels": {
            **{topic.name: _channel(topic) for topic in TOPICS},
            **{dead_letters_of(service): _dead_letters(service) for service in Service},
        },
        "operations": dict(_operations()),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _channel(topic: Topic) -> Document:
    kind = "each message is the whole state of its key" if topic.compacted else "a log"
    kind += ", restricted: carries personal data" if topic.restricted else ""
    settings = (
        {
            "cleanup.policy": ["compact"],
            "max.compaction.lag.ms": COMPACTION_LAG_DAYS * DAY_MS,
            "delete.retention.ms": TOMBSTONE_DAYS * DAY_MS,
        }
        if topic.compacted
        else {"cleanup.policy": ["delete"], "retention.ms": LOG_RETENTION_DAYS * DAY_MS}
    )
    return {
        "address": topic.name,
        "description": f"Keyed by {topic.key}; {kind}.",
        "messages": {name: _ref("components/messages", name) for name in _names(topic)},
        "bindings": {"kafka": _kafka(topic.name, PARTITIONS, settings)},
    }


def _dead_letters(service: Service) -> Document:
    name = dead_letters_of(service)
    settings = {"cleanup.policy": ["delete"], "retention.ms": LOG_RETENTION_DAYS * DAY_MS}
    return {
        "address": name,
        "description": f"What {service} could not use, for other tools; the truth is its database.",
        "messages": {DEAD_LETTER: _ref("components/messages", DEAD_LETTER)},
        "bindings": {"kafka": _kafka(name, 1, settings)},
    }


def _kafka(topic: str, partitions: int, settings: Document) -> Document:
    return {
        "topic": topic,
        "partitions": partitions,
        "topicConfiguration": settings,
        "bindingVersion": BINDING,
    }


def _names(topic: Topic) -> list[str]:
    return [type_of(event) for event in topic.events] + [TOMBSTONE_TYPE] * topic.compacted


def _operations() -> Iterable[tuple[str, Document]]:
    for service in Service:
        for topic in TOPICS:
            if topic.writer is service:
                yield f"{service}.sends.{topic.name}", _operation("send", topic.name, _names(topic))
            if service in topic.readers:
                operation = _operation("receive", topic.name, _names(topic))
                yield f"{service}.receives.{topic.name}", operation
        name = dead_letters_of(service)
        yield f"{service}.sends.{name}", _operation("send", name, [DEAD_LETTER])


def _operation(action: str, channel: str, messages: Iterable[str]) -> Document:
    return {
        "action": action,
        "channel": _ref("channels", channel),
        "messages": [_ref(f"channels/{channel}/messages", name) for name in messages],
    }


def _messages() -> Document:
    return {
        **{name: _message(event) for name, event in EVENTS.items()},
        TOMBSTONE_TYPE: {
            "name": TOMBSTONE_TYPE,
            "summary": "The key was erased: forget all about it.",
            "headers": _headers({"ce_type": {"const": TOMBSTONE_TYPE}, "ce_source": TEXT}),
            "payload": {"type": "null"},
        },
        DEAD_LETTER: {
            "name": DEAD_LETTER,
            "summary": "The original bytes, unless its topic is restricted, and why.",
            "headers": {
                "type": "object",
                "required": list(DEAD_LETTER_HEADERS),
                "properties": {
                    name: {**TEXT, "description": why} for name, why in DEAD_LETTER_HEADERS.items()
                },
            },
            "payload": {"description": "Anything."},
        },
    }


def _message(event: type[Event]) -> Document:
    name = type_of(event)
    topic = TOPIC_OF[name]
    example = recorded(name)
    return {
        "name": name,
        "summary": (event.__doc__ or "").splitlines()[0],
        "contentType": "application/json",
        "headers": _headers(
            {
                "ce_type": {"const": name},
                "ce_source": {"const": f"/passerelle/{topic.writer}"},
                "ce_dataschema": {"const": f"schemas/{name}.json"},
                "content-type": {"const": "application/json"},
                "x-agg-version": {**TEXT, "pattern": "^[0-9]+$"},
            }
        ),
        "payload": _ref("components/schemas", event.__name__),
        "bindings": {"kafka": {"key": {**ID, "description": event.KEY}, "bindingVersion": BINDING}},
        "examples": [
            {
                "headers": {header: (value or b"").decode() for header, value in example.headers},
                "payload": json.loads(example.value or b"null"),
            }
        ],
    }


def _headers(own: Document) -> Document:
    properties = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": ID,
        "ce_time": {**TEXT, "format": "date-time"},
        "ce_subject": {**TEXT, "description": "The key again."},
        **own,
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _schemas() -> Document:
    _, schemas = models_json_schema(
        [(event, "validation") for event in EVENTS.values()],
        ref_template="#/components/schemas/{model}",
    )
    events = {event.__name__ for event in EVENTS.values()}
    return {
        name: without_attributes(schema) if name in events else schema
        for name, schema in schemas["$defs"].items()
    }


def _ref(where: str, name: str) -> Document:
    return {"$ref": f"#/{where}/{name}"}
