"""The JSON Schema of each event's data, as committed beside the code."""

import json
from pathlib import Path
from typing import Any

from shared.contracts.event import ATTRIBUTES, Event

Schema = dict[str, Any]
SCHEMAS = Path(__file__).with_name("schemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event: type[Event]) -> Schema:
    """The schema of an event's data; the CloudEvents attributes travel in headers."""
    return {"$schema": DIALECT, **without_attributes(event.model_json_schema())}


def without_attributes(schema: Schema) -> Schema:
    """The schema of a body, from the schema of a whole event."""
    kept = {name: s for name, s in schema["properties"].items() if name not in ATTRIBUTES}
    required = [name for name in schema.get("required", []) if name not in ATTRIBUTES]
    return {**schema, "properties": kept, "required": required}


def committed_schema(event_type: str, folder: Path = SCHEMAS) -> Schema | None:
    """The schema that readers were promised, or None where none was written yet."""
    path = folder / f"{event_type}.json"
    if not path.exists():
        return None
    schema: Schema = json.loads(path.read_text("utf-8"))
    return schema


def write_schema(event_type: str, schema: Schema, folder: Path = SCHEMAS) -> None:
    """Commit to a schema."""
    text = json.dumps(schema, ensure_ascii=False, indent=2)
    (folder / f"{event_type}.json").write_text(f"{text}\n", "utf-8")
