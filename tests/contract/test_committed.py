"""What is committed beside the code is what the code says, and the guards of it see a change."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import jsonschema
import pytest
from pydantic import Field

from shared.contracts.check import (
    Events,
    asyncapi_problems,
    breaking_changes,
    example_problems,
    problems,
    unwritten_changes,
)
from shared.contracts.event import Event
from shared.contracts.introductions import ProposalExpired
from shared.contracts.recorded import EXAMPLES, recorded, recorded_types
from shared.contracts.schema import SCHEMAS, committed_schema
from shared.contracts.topics import EVENTS

EXPIRED = "proposal.expired.v1"


class WithOptionalField(ProposalExpired):
    """A side stayed silent: that is never a yes."""

    reminders: int = 0


class WithRequiredField(ProposalExpired):
    """A side stayed silent: that is never a yes."""

    reminders: int = Field(ge=0)


class WithOtherType(ProposalExpired):
    """A side stayed silent: that is never a yes."""

    type: Literal["proposal.expired.v2"] = "proposal.expired.v2"  # type: ignore[assignment]  # a new version


def changed_to(event: type[Event]) -> Events:
    return {**EVENTS, EXPIRED: event}


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SCHEMAS, tmp_path / "schemas"))


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


def test_the_contracts_hold() -> None:
    assert problems() == []


def test_every_event_has_an_example_and_every_example_an_event() -> None:
    assert recorded_types() == set(EVENTS)


@pytest.mark.parametrize("event_type", EVENTS)
def test_an_example_is_valid_by_the_committed_schema(event_type: str) -> None:
    schema = committed_schema(event_type)
    assert schema is not None

    jsonschema.validate(
        json.loads(recorded(event_type).value or b""),
        schema,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


def test_an_optional_field_more_must_be_written_but_breaks_nothing() -> None:
    events = changed_to(WithOptionalField)

    assert breaking_changes(events) == []
    assert unwritten_changes(events) == [
        "proposal.expired.v1.json is not up to date: run `python -m shared.contracts write`."
    ]


def test_a_required_field_more_breaks_the_version() -> None:
    [problem] = breaking_changes(changed_to(WithRequiredField))

    assert problem == (
        "proposal.expired.v1, reminders: a required field was added:"
        " that needs a new version beside the old one."
    )


def test_an_event_that_nobody_tells_any_more_is_found() -> None:
    events = {name: event for name, event in EVENTS.items() if name != EXPIRED}

    assert breaking_changes(events) == [
        "proposal.expired.v1.json was committed, but no event is called so any more."
    ]


def test_a_new_version_beside_the_old_one_breaks_nothing_but_wants_its_files() -> None:
    events: Events = {**EVENTS, "proposal.expired.v2": WithOtherType}

    assert breaking_changes(events) == []
    assert len(unwritten_changes(events)) == 1
    assert example_problems(events) == ["proposal.expired.v2 has no example."]


def test_a_schema_that_was_never_written_is_found(schemas: Path) -> None:
    (schemas / f"{EXPIRED}.json").unlink()

    assert len(unwritten_changes(EVENTS, schemas)) == 1


def test_an_example_that_is_missing_is_found(examples: Path) -> None:
    (examples / f"{EXPIRED}.json").unlink()

    assert example_problems(EVENTS, examples) == ["proposal.expired.v1 has no example."]


def test_an_example_of_no_event_is_found(examples: Path) -> None:
    shutil.copy(examples / f"{EXPIRED}.json", examples / "proposal.forgotten.v1.json")

    assert example_problems(EVENTS, examples) == [
        "The example proposal.forgotten.v1 is of no event."
    ]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('"need_side"', '"no_side"', "cannot be read: invalid fields: side."),
        ('"x-agg-version": "3"', '"x-agg-version": "03"', "is not what would be written today."),
        ('"topic"', '"subject"', "cannot be read: 'topic'."),
        ("{", "", "cannot be read"),
    ],
)
def test_an_example_that_does_not_come_back_is_found(
    examples: Path, before: str, after: str, problem: str
) -> None:
    path = examples / f"{EXPIRED}.json"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")

    [found] = example_problems(EVENTS, examples)

    assert problem in found


@pytest.mark.parametrize("content", ["asyncapi: 3.0.0\n", None])
def test_an_asyncapi_document_of_yesterday_is_found(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "asyncapi.yaml"
    if content:
        path.write_text(content, "utf-8")

    assert asyncapi_problems(path) == [
        "asyncapi.yaml is not up to date: run `python -m shared.contracts write`."
    ]


def test_the_command_says_that_the_contracts_hold() -> None:
    command = [sys.executable, "-m", "shared.contracts", "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "The contracts hold.\n", "")
