"""Messages as writers of other releases write them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.contracts.recorded import recorded
from shared.contracts.schema import committed_schema
from shared.contracts.wire import Message

UNKNOWN: dict[str, object] = {"added_in_a_later_release": {"deep": [{"er": 1.5}, None, "é"]}}


def as_recorded(event_type: str) -> Message:
    return recorded(event_type)


def as_newer(event_type: str) -> Message:
    """With a field and a header that no reader of today knows, wherever there is an object."""
    message = recorded(event_type)
    return replace(
        _with_data(message, _added(json.loads(message.value or b"{}"))),
        headers=(*message.headers, ("x-added-in-a-later-release", b"?")),
    )


def as_older(event_type: str) -> Message:
    """Without any field that could have been added since the type exists."""
    schema = committed_schema(event_type)
    if schema is None:
        raise KeyError(event_type)
    message = recorded(event_type)
    return _with_data(message, _least(json.loads(message.value or b"{}"), schema, schema))


def _with_data(message: Message, data: object) -> Message:
    return replace(message, value=json.dumps(data, ensure_ascii=False).encode())


def _added(value: object) -> object:
    match value:
        case dict():
            return {name: _added(part) for name, part in value.items()} | UNKNOWN
        case list():
            return [_added(part) for part in value]
        case _:
            return value


def _least(value: object, schema: Mapping[str, Any], root: Mapping[str, Any]) -> object:
    if "$ref" in schema:
        return _least(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    match value:
        case dict():
            parts = schema.get("properties", {})
            required = schema.get("required", [])
            return {name: _least(value[name], parts[name], root) for name in required}
        case list():
            return [_least(part, schema.get("items", {}), root) for part in value]
        case _:
            return value
