"""What would break a promise to another service, in plain sentences."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from shared.contracts import asyncapi
from shared.contracts.compatibility import changes
from shared.contracts.delivery import RejectedError
from shared.contracts.event import Event
from shared.contracts.recorded import EXAMPLES, recorded, recorded_types
from shared.contracts.schema import SCHEMAS, committed_schema, schema_of
from shared.contracts.topics import EVENTS, TOPICS, Topic
from shared.contracts.wire import decode, encode

Events = Mapping[str, type[Event]]


def problems() -> list[str]:
    """Everything that is wrong; nothing when all promises hold."""
    found = [
        *topic_problems(TOPICS),
        *breaking_changes(EVENTS),
        *unwritten_changes(EVENTS),
        *example_problems(EVENTS),
    ]
    return found or asyncapi_problems()


def topic_problems(topics: Iterable[Topic]) -> list[str]:
    """Topics that nobody reads, and events not keyed as their topic is."""
    topics = tuple(topics)
    unread = [f"{topic.name} has no reader." for topic in topics if not topic.readers]
    return unread + [
        f"{event.__name__} is keyed by {event.KEY}, its topic {topic.name} by {topic.key}."
        for topic in topics
        for event in topic.events
        if topic.key != event.KEY
    ]


def breaking_changes(events: Events, folder: Path = SCHEMAS) -> list[str]:
    """Changes that need a new type beside the old one (…v2), until none reads the old."""
    found = [
        f"{name}.json was committed, but no event is called so any more."
        for name in sorted({path.stem for path in folder.glob("*.json")} - set(events))
    ]
    for name, event in events.items():
        committed = committed_schema(name, folder)
        found += [
            f"{name}, {change}: that needs a new version beside the old one."
            for change in (changes(committed, schema_of(event)) if committed else ())
            if not change.allowed
        ]
    return found


def unwritten_changes(events: Events, folder: Path = SCHEMAS) -> list[str]:
    """Compatible differences between today's models and the committed schemas."""
    return [
        f"{name}.json is not up to date: run `python -m shared.contracts write`."
        for name, event in events.items()
        if committed_schema(name, folder) != schema_of(event)
    ]


def example_problems(events: Events, folder: Path = EXAMPLES) -> list[str]:
    """Events without an example, examples without an event, examples that do not come back."""
    kinds = recorded_types(folder)
    found = [f"{name} has no example." for name in sorted(set(events) - kinds)]
    found += [f"The example {name} is of no event." for name in sorted(kinds - set(events))]
    for name in sorted(kinds & set(events)):
        try:
            message = recorded(name, folder)
            if encode(decode(message)) != message:
                found.append(f"The example of {name} is not what would be written today.")
        except (KeyError, ValueError, RejectedError) as invalid:
            found.append(f"The example of {name} cannot be read: {invalid}.")
    return found


def asyncapi_problems(path: Path = asyncapi.ASYNCAPI) -> list[str]:
    """Whether the committed AsyncAPI document is today's."""
    if path.exists() and path.read_text("utf-8") == asyncapi.text():
        return []
    return [f"{path.name} is not up to date: run `python -m shared.contracts write`."]
