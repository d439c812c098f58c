"""Whether a schema may replace another inside one version of an event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from typing_extensions import override

Schema = Mapping[str, Any]
ANNOTATIONS = frozenset({"$schema", "title", "description", "examples", "deprecated"})
INLINED = frozenset({"$ref", "$defs"})
UNORDERED = frozenset({"enum", "required", "type"})


class Kind(StrEnum):
    """What can differ between two schemas, in words."""

    OPTIONAL_FIELD_ADDED = "an optional field was added"
    WORDS_CHANGED = "its description changed"
    REQUIRED_FIELD_ADDED = "a required field was added"
    FIELD_REMOVED = "the field was removed"
    BECAME_REQUIRED = "the field became required"
    BECAME_OPTIONAL = "the field became optional"
    TYPE_CHANGED = "its type changed"
    VALUE_ADDED = "a value was added to its list"
    VALUE_REMOVED = "a value was removed from its list"
    DEFAULT_CHANGED = "its default changed"
    ALTERNATIVES_CHANGED = "its alternatives changed"
    RULE_CHANGED = "one of its rules changed"


ALLOWED = {
    Kind.OPTIONAL_FIELD_ADDED: True,  # older readers ignore it, older messages lack it
    Kind.WORDS_CHANGED: True,
    Kind.REQUIRED_FIELD_ADDED: False,  # older messages lack it
    Kind.FIELD_REMOVED: False,  # its name could come back meaning something else
    Kind.BECAME_REQUIRED: False,  # older messages may lack it
    Kind.BECAME_OPTIONAL: False,  # older readers insist on it
    Kind.TYPE_CHANGED: False,
    Kind.VALUE_ADDED: False,  # older readers refuse a value that they do not know
    Kind.VALUE_REMOVED: False,  # older messages may carry it
    Kind.DEFAULT_CHANGED: False,  # older messages would change their meaning
    Kind.ALTERNATIVES_CHANGED: False,
    Kind.RULE_CHANGED: False,  # loosened breaks older readers, tightened older messages
}


KIND_OF = {
    "anyOf": Kind.ALTERNATIVES_CHANGED,
    "default": Kind.DEFAULT_CHANGED,
    "type": Kind.TYPE_CHANGED,
    "format": Kind.TYPE_CHANGED,
    "items": Kind.TYPE_CHANGED,
    "enum": Kind.TYPE_CHANGED,
    "const": Kind.TYPE_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Change:
    """A difference at a place such as `reasons[].text_fr`; `detail` is a field, value or rule."""

    path: str
    kind: Kind
    detail: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it may happen inside a version."""
        return ALLOWED[self.kind]

    @override
    def __str__(self) -> str:
        """One sentence for whoever made the change."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.path or 'the event'}: {self.kind}{detail}"


def changes(old: Schema, new: Schema) -> list[Change]:
    """What differs, place by place; equal meaning (references, order of lists) is no change."""
    return list(_between(_inlined(old, old), _inlined(new, new), ""))


def _inlined(part: Any, root: Schema) -> Any:  # noqa: ANN401  # any JSON
    """Replace references by what they point to; events do not contain themselves."""
    if isinstance(part, list):
        return [_inlined(item, root) for item in part]
    if not isinstance(part, Mapping):
        return part
    kept = {key: _inlined(value, root) for key, value in part.items() if key not in INLINED}
    if "$ref" not in part:
        return kept
    target = root["$defs"][part["$ref"].removeprefix("#/$defs/")]
    return {**_inlined(target, root), **kept}


def _between(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    for keyword in sorted(old.keys() | new.keys()):
        before, after = old.get(keyword), new.get(keyword)
        if _same(keyword, before, after):
            continue
        if keyword in ANNOTATIONS:
            yield Change(path, Kind.WORDS_CHANGED, keyword)
        else:
            yield from _of_keyword(keyword, old, new, path)


def _same(keyword: str, before: object, after: object) -> bool:
    if keyword in UNORDERED and isinstance(before, list) and isinstance(after, list):
        return sorted(map(repr, before)) == sorted(map(repr, after))
    return before == after


def _of_keyword(keyword: str, old: Schema, new: Schema, path: str) -> Iterator[Change]:
    before, after = old.get(keyword), new.get(keyword)
    match keyword, before, after:
        case "properties", _, _:
            yield from _properties(old, new, path)
        case "required", _, _:
            yield from _required(old, new, path)
        case "items", {}, {}:
            yield from _between(before, after, f"{path}[]")
        case "anyOf", [*_], [*_]:
            yield from _alternatives(before, after, path)
        case "enum", [*_], [*_]:
            yield from _values(before, after, path)
        case _:
            yield Change(path, KIND_OF.get(keyword, Kind.RULE_CHANGED), keyword)


def _alternatives(before: list[Schema], after: list[Schema], path: str) -> Iterator[Change]:
    if len(before) != len(after):
        yield Change(path, Kind.ALTERNATIVES_CHANGED)
        return
    for one, other in zip(before, after, strict=True):
        yield from _between(one, other, path)


def _properties(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before.keys() | after.keys()):
        place = f"{path}.{name}".lstrip(".")
        if name not in after:
            yield Change(place, Kind.FIELD_REMOVED)
        elif name in before:
            yield from _between(before[name], after[name], place)
        elif name in new.get("required", []):
            yield Change(place, Kind.REQUIRED_FIELD_ADDED)
        else:
            yield Change(place, Kind.OPTIONAL_FIELD_ADDED)


def _required(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    in_both = old.get("properties", {}).keys() & new.get("properties", {}).keys()
    before, after = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted((before ^ after) & in_both):
        kind = Kind.BECAME_REQUIRED if name in after else Kind.BECAME_OPTIONAL
        yield Change(f"{path}.{name}".lstrip("."), kind)


def _values(before: list[object], after: list[object], path: str) -> Iterator[Change]:
    for value in after:
        if value not in before:
            yield Change(path, Kind.VALUE_ADDED, str(value))
    for value in before:
        if value not in after:
            yield Change(path, Kind.VALUE_REMOVED, str(value))
