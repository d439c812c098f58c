"""Events as bytes: CloudEvents 1.0, Kafka binary binding."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from uuid import UUID

from pydantic import ValidationError

from shared.contracts.delivery import RejectedError
from shared.contracts.event import ATTRIBUTES, Event, Tombstone
from shared.contracts.topics import BY_NAME, EVENTS, TOPIC_OF

Headers = tuple[tuple[str, bytes | None], ...]
TOMBSTONE_TYPE = "erased.v1"
# JSON allows them, PostgreSQL or other readers do not: they must fail here, not in a handler.
UNSTORABLE_TEXT = re.compile("[\x00\ud800-\udfff]")
LARGEST_EXACT = 2**53
LARGEST_MESSAGE = 900_000
"""In bytes, key and headers included: what a broker with Kafka's own limit (1 MiB) takes."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it travels: topic, key, headers and value (None for a tombstone)."""

    topic: str
    key: bytes
    headers: Headers
    value: bytes | None

    @property
    def too_large(self) -> bool:
        """Whether a broker would refuse it, and whoever sends it would be stuck."""
        headers = sum(len(name) + len(value or b"") for name, value in self.headers)
        return len(self.key) + headers + len(self.value or b"") > LARGEST_MESSAGE


def encode(event: Event | Tombstone) -> Message:
    """Write an event (or an erasure) as a Kafka message.

    Raises:
        RejectedError: It is too large; nobody could publish it.
    """
    if isinstance(event, Tombstone):
        headers = _headers(event.id, TOMBSTONE_TYPE, event.topic, event.key, event.occurred_at)
        return Message(event.topic, event.key.encode(), headers, None)
    topic = TOPIC_OF[event.event_type].name
    headers = (
        *_headers(event.id, event.event_type, topic, event.key, event.occurred_at),
        ("ce_dataschema", f"schemas/{event.event_type}.json".encode()),
        ("content-type", b"application/json"),
        ("x-agg-version", str(event.version).encode()),
    )
    value = json.dumps(event.body(), ensure_ascii=False, separators=(",", ":")).encode()
    message = Message(topic, event.key.encode(), headers, value)
    if message.too_large:
        raise RejectedError(f"{event.event_type} is larger than {LARGEST_MESSAGE} bytes")
    return message


def decode(message: Message) -> Event | Tombstone:
    """Read a Kafka message.

    Raises:
        RejectedError: It is not one of our events; the reason says what is wrong.
    """
    topic = BY_NAME.get(message.topic)
    if topic is None:
        raise RejectedError(f"unknown topic {message.topic}")
    headers = _text_headers(message.headers)
    if message.value is None:
        return _tombstone(message, headers)
    event_type = EVENTS.get(_required(headers, "ce_type"))
    if event_type is None or event_type not in topic.events:
        raise RejectedError(f"no such event on {topic.name}: {headers['ce_type'][:80]!r}")
    event = _validated(event_type, _data(message.value), headers)
    if event.key.encode() != message.key:
        raise RejectedError(f"the key is not the event's {event_type.KEY}")
    return event


def _data(value: bytes) -> dict[str, object]:
    try:
        text = value.decode()
        data = JSON.decode(text)
        # Without escapes, text that is UTF-8 and JSON holds nothing that cannot be stored.
        storable = "\\u" not in text or _storable(data)
    except UnstorableError:
        storable, data = False, {}
    except (ValueError, RecursionError):
        # Without its cause, which holds the whole document.
        raise RejectedError("the value is not JSON") from None
    if not isinstance(data, dict):
        raise RejectedError("the value is not a JSON object")
    if not storable:
        raise RejectedError("the value holds text or numbers that cannot be stored")
    return data


class UnstorableError(Exception):
    """JSON allows this number, PostgreSQL or other readers do not."""


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST_EXACT:
        raise UnstorableError
    return number


def _real(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise UnstorableError
    return number


JSON = json.JSONDecoder(parse_int=_integer, parse_float=_real, parse_constant=_real)


def _storable(value: object) -> bool:
    match value:
        case str():
            return not UNSTORABLE_TEXT.search(value)
        case list():
            return all(map(_storable, value))
        case dict():
            return all(map(_storable, value)) and all(map(_storable, value.values()))
        case _:
            return True


def _validated(event_type: type[Event], data: dict[str, object], headers: dict[str, str]) -> Event:
    attributes = {
        "id": _required(headers, "ce_id"),
        "occurred_at": _required(headers, "ce_time"),
        "version": headers.get("x-agg-version", "0"),
    }
    body = {name: value for name, value in data.items() if name not in ATTRIBUTES}
    try:
        return event_type.model_validate({**body, **attributes})
    except ValidationError as invalid:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) for e in invalid.errors()}))
        # The values stay out of the reason: they may be personal.
        raise RejectedError(f"invalid fields: {fields}") from None


def _tombstone(message: Message, headers: dict[str, str]) -> Tombstone:
    try:
        return Tombstone(
            topic=message.topic,
            key=str(UUID(message.key.decode())),
            id=UUID(_required(headers, "ce_id")),
            occurred_at=datetime.fromisoformat(_required(headers, "ce_time")),
        )
    except ValueError as bad:
        raise RejectedError("a tombstone needs an id as key, ce_id and ce_time") from bad


def _headers(
    event_id: UUID, event_type: str, topic: str, key: str, occurred_at: datetime
) -> Headers:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event_id).encode()),
        ("ce_type", event_type.encode()),
        ("ce_source", f"/passerelle/{BY_NAME[topic].writer}".encode()),
        ("ce_time", occurred_at.isoformat().encode()),
        ("ce_subject", key.encode()),
    )


def _text_headers(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    try:
        read = {name: value.decode() for name, value in headers if value is not None}
        "".join(read).encode()  # a name that was not UTF-8 holds surrogates
    except UnicodeError as bad:
        raise RejectedError("a header is not UTF-8") from bad
    return read


def _required(headers: dict[str, str], name: str) -> str:
    if name not in headers:
        raise RejectedError(f"the header {name} is missing")
    return headers[name]
