"""The recorded examples: each event as it travels, headers included."""

import json
from pathlib import Path

from shared.contracts.wire import Message

EXAMPLES = Path(__file__).with_name("examples")


def recorded_types(folder: Path = EXAMPLES) -> set[str]:
    """The event types that have an example."""
    return {path.stem for path in folder.glob("*.json")}


def recorded(event_type: str, folder: Path = EXAMPLES) -> Message:
    """The example of an event, byte for byte."""
    example = json.loads((folder / f"{event_type}.json").read_text("utf-8"))
    return Message(
        topic=example["topic"],
        key=example["key"].encode(),
        headers=tuple((name, value.encode()) for name, value in example["headers"].items()),
        value=json.dumps(example["data"], ensure_ascii=False, separators=(",", ":")).encode(),
    )
