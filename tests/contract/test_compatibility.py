"""Which changes of a schema are allowed inside a version, by table."""

from copy import deepcopy
from typing import Any

import pytest

from shared.contracts.compatibility import ALLOWED, Kind, changes

Schema = dict[str, Any]
PLACE: Schema = {
    "type": "object",
    "title": "Place",
    "properties": {"city": {"type": "string", "default": ""}},
}
OLD: Schema = {
    "type": "object",
    "description": "Something happened.",
    "required": ["id", "size", "colour"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "size": {"type": "integer", "minimum": 0},
        "colour": {"$ref": "#/$defs/Colour"},
        "place": {"$ref": "#/$defs/Place", "default": {"city": ""}},
        "until": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Place"}, "default": []},
    },
    "$defs": {"Place": PLACE, "Colour": {"type": "string", "enum": ["red", "blue"]}},
}
OPTIONAL: Schema = {"type": "string", "default": ""}


def changed(path: str, value: object) -> Schema:
    """The old schema with something else at a path of keys; None takes it away."""
    new = deepcopy(OLD)
    *parents, last = path.split("/")
    part = new
    for key in parents:
        part = part[key]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return new


TABLE: dict[str, tuple[Schema, set[tuple[str, Kind]]]] = {
    "nothing": (OLD, set()),
    "the order of a list's values": (changed("$defs/Colour/enum", ["blue", "red"]), set()),
    "the order of required fields": (changed("required", ["size", "colour", "id"]), set()),
    "a definition written in place": (
        changed("properties/colour", OLD["$defs"]["Colour"]),
        set(),
    ),
    "an optional field added": (
        changed("properties/note", OPTIONAL),
        {("note", Kind.OPTIONAL_FIELD_ADDED)},
    ),
    "an optional field added deep inside": (
        changed("$defs/Place/properties/region", OPTIONAL),
        {
            ("place.region", Kind.OPTIONAL_FIELD_ADDED),
            ("parts[].region", Kind.OPTIONAL_FIELD_ADDED),
        },
    ),
    "a description changed": (changed("description", "Else."), {("", Kind.WORDS_CHANGED)}),
    "a title added": (
        changed("properties/size/title", "Size"),
        {("size", Kind.WORDS_CHANGED)},
    ),
    "a required field added": (
        {**changed("properties/note", OPTIONAL), "required": [*OLD["required"], "note"]},
        {("note", Kind.REQUIRED_FIELD_ADDED)},
    ),
    "a required field removed": (
        {**changed("properties/size", None), "required": ["id", "colour"]},
        {("size", Kind.FIELD_REMOVED)},
    ),
    "an optional field removed": (
        changed("properties/until", None),
        {("until", Kind.FIELD_REMOVED)},
    ),
    "a field renamed": (
        {
            **OLD,
            "properties": {
                ("till" if name == "until" else name): schema
                for name, schema in OLD["properties"].items()
            },
        },
        {("until", Kind.FIELD_REMOVED), ("till", Kind.OPTIONAL_FIELD_ADDED)},
    ),
    "a field made required": (
        changed("required", ["id", "size", "colour", "place"]),
        {("place", Kind.BECAME_REQUIRED)},
    ),
    "a field made optional": (
        changed("required", ["id", "size"]),
        {("colour", Kind.BECAME_OPTIONAL)},
    ),
    "no field required any more": (
        changed("required", None),
        {(name, Kind.BECAME_OPTIONAL) for name in OLD["required"]},
    ),
    "another type": (changed("properties/size/type", "string"), {("size", Kind.TYPE_CHANGED)}),
    "a wider type": (
        changed("properties/size/type", ["integer", "null"]),
        {("size", Kind.TYPE_CHANGED)},
    ),
    "another format": (
        changed("properties/id/format", "date"),
        {("id", Kind.TYPE_CHANGED)},
    ),
    "no format any more": (changed("properties/id/format", None), {("id", Kind.TYPE_CHANGED)}),
    "another type of items": (
        changed("properties/parts/items", {"type": "string"}),
        {("parts[]", Kind.TYPE_CHANGED), ("parts[]", Kind.WORDS_CHANGED)}
        | {("parts[].city", Kind.FIELD_REMOVED)},
    ),
    "a list for one": (
        changed("properties/id", {"type": "array", "items": {"type": "string"}}),
        {("id", Kind.TYPE_CHANGED)},
    ),
    "a value added to a list": (
        changed("$defs/Colour/enum", ["red", "blue", "green"]),
        {("colour", Kind.VALUE_ADDED)},
    ),
    "a value removed from a list": (
        changed("$defs/Colour/enum", ["red"]),
        {("colour", Kind.VALUE_REMOVED)},
    ),
    "any value in place of a list": (
        changed("$defs/Colour/enum", None),
        {("colour", Kind.TYPE_CHANGED)},
    ),
    "another default": (
        changed("properties/parts/default", [{}]),
        {("parts", Kind.DEFAULT_CHANGED)},
    ),
    "no null any more": (
        changed("properties/until/anyOf", [{"type": "string", "format": "date"}]),
        {("until", Kind.ALTERNATIVES_CHANGED)},
    ),
    "an alternative of another type": (
        changed("properties/until/anyOf", [{"type": "integer"}, {"type": "null"}]),
        {("until", Kind.TYPE_CHANGED)},
    ),
    "alternatives for one": (
        changed("properties/size", {"anyOf": [{"type": "integer", "minimum": 0}]}),
        {
            ("size", Kind.ALTERNATIVES_CHANGED),
            ("size", Kind.TYPE_CHANGED),
            ("size", Kind.RULE_CHANGED),
        },
    ),
    "a limit tightened": (
        changed("properties/size/minimum", 1),
        {("size", Kind.RULE_CHANGED)},
    ),
    "a limit loosened": (
        changed("properties/size/minimum", None),
        {("size", Kind.RULE_CHANGED)},
    ),
    "a limit added": (
        changed("properties/id/maxLength", 36),
        {("id", Kind.RULE_CHANGED)},
    ),
    "unknown fields forbidden": (
        changed("additionalProperties", value=False),
        {("", Kind.RULE_CHANGED)},
    ),
    "a rule that the differ has never heard of": (
        changed("dependentRequired", {"place": ["size"]}),
        {("", Kind.RULE_CHANGED)},
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_each_change_is_seen_for_what_it_is(case: str) -> None:
    new, expected = TABLE[case]

    assert {(change.path, change.kind) for change in changes(OLD, new)} == expected


def test_every_kind_of_change_is_in_the_table() -> None:
    assert {kind for _, seen in TABLE.values() for _, kind in seen} == set(Kind)


def test_only_optional_fields_and_words_may_change() -> None:
    assert set(ALLOWED) == set(Kind)
    assert {kind for kind, allowed in ALLOWED.items() if allowed} == {
        Kind.OPTIONAL_FIELD_ADDED,
        Kind.WORDS_CHANGED,
    }


def test_a_change_is_told_as_a_sentence_with_its_place() -> None:
    [change] = changes(OLD, changed("$defs/Colour/enum", ["red", "blue", "green"]))

    assert str(change) == "colour: a value was added to its list (green)"
    assert not change.allowed
