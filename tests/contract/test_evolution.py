"""Services of different releases understand each other, and what older ones left in the log."""

import json
from pathlib import Path

import jsonschema
import pytest

from shared.contracts.event import Event, type_of
from shared.contracts.recorded import recorded, recorded_types
from shared.contracts.schema import committed_schema, schema_of
from shared.contracts.topics import EVENTS
from shared.contracts.wire import decode, encode
from tests.support.releases import UNKNOWN, as_newer, as_older, as_recorded

GOLDEN = Path(__file__).parents[2] / "shared" / "contracts" / "golden"
FILES = sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("*/*.json"))


def told(event: object) -> dict[str, object]:
    assert isinstance(event, Event)
    return event.body()


def within(part: object, whole: object) -> bool:
    """Whether all that was said is still said, beside what is said by default."""
    match part, whole:
        case dict(), dict():
            return all(name in whole and within(part[name], whole[name]) for name in part)
        case list(), list():
            return len(part) == len(whole) and all(map(within, part, whole))
        case _:
            return part == whole


def test_every_event_was_written_down_whole_at_the_first_release() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} == set(EVENTS)
    assert all("0.1.0" in recorded_types(GOLDEN / event_type) for event_type in EVENTS)


@pytest.mark.parametrize("file", FILES)
def test_what_a_release_wrote_is_read_with_all_that_it_said(file: str) -> None:
    event_type, name = Path(file).parts
    message = recorded(name.removesuffix(".json"), GOLDEN / event_type)

    event = decode(message)

    assert isinstance(event, EVENTS[event_type])
    assert within(json.loads(message.value or b""), told(event))
    assert dict(message.headers).items() <= dict(encode(event).headers).items()


@pytest.mark.parametrize("file", FILES)
def test_what_a_release_wrote_is_valid_by_todays_schema(file: str) -> None:
    event_type, name = Path(file).parts
    data = recorded(name.removesuffix(".json"), GOLDEN / event_type).value or b""
    schema = committed_schema(event_type)
    assert schema is not None

    jsonschema.validate(json.loads(data), schema)


@pytest.mark.parametrize("event_type", EVENTS)
def test_an_older_reader_takes_from_a_newer_writer_what_it_knows(event_type: str) -> None:
    assert decode(as_newer(event_type)) == decode(as_recorded(event_type))


@pytest.mark.parametrize("event_type", EVENTS)
def test_a_newer_reader_takes_defaults_for_what_an_older_writer_left_out(event_type: str) -> None:
    message = as_older(event_type)

    event = decode(message)

    said = json.loads(message.value or b"")
    assert within(said, told(event))
    required = schema_of(EVENTS[event_type])["required"]
    assert set(said) == set(required)


@pytest.mark.parametrize("event_type", EVENTS)
def test_what_is_read_from_another_release_is_written_as_ours(event_type: str) -> None:
    for message in (as_newer(event_type), as_older(event_type)):
        again = encode(decode(message))
        assert decode(again) == decode(message)
        assert not set(UNKNOWN) & set(json.loads(again.value or b""))
        assert dict(again.headers)["ce_type"] == type_of(EVENTS[event_type]).encode()
