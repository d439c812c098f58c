"""Sample capabilities: read line by line, loaded once, owned by people who do not exist."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profiles.adapters.samples import BadLine, read_samples
from services.profiles.app import LOCALES, placeholders_in
from services.profiles.application.hide import hidden_capability
from services.profiles.application.load_sample import LoadSample, Sample
from services.profiles.commands import load_samples, parse
from services.profiles.domain.capability import Output
from services.profiles.domain.invented import invented_researcher
from shared.runtime.i18n import load_catalogue
from tests.support.fakes_profiles import MASKS, HandClock
from tests.support.fakes_profiles_store import Memory

SHIPPED = Path(__file__).parents[3] / "data" / "capabilities.jsonl"
LINE = {"id": "cap-1", "title": "Eau", "name": "Unité 1", "language": "fr"}


def a_file(folder: Path, *lines: object) -> Path:
    path = folder / "capabilities.jsonl"
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(text), "utf-8")
    return path


def test_an_output_is_a_title_or_more(tmp_path: Path) -> None:
    outputs = ["Un titre", {"title": "Un autre", "year": 2020, "url": "x"}]
    (sample,) = read_samples(a_file(tmp_path, {**LINE, "outputs": outputs, "unknown": 1}, ""))
    assert isinstance(sample, Sample)
    assert sample.text.outputs == (Output("Un titre"), Output("Un autre", 2020))


async def test_a_bad_line_is_told_with_its_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = a_file(tmp_path, LINE, "{", {"id": "x"}, {**LINE, "id": "cap-2"})
    store, said = Memory(), list[str]()
    load = LoadSample(store.begin, HandClock(), MASKS)
    assert not await load_samples(read_samples(path), load, said.append)
    assert len(store.capabilities) == 2
    assert said[0].startswith("line 2 is left out: ")
    assert said[1] == "line 3 is left out: title: Field required"
    assert said[-1] == "2 capabilities loaded, 0 known before, 2 bad lines"
    assert await load_samples(read_samples(a_file(tmp_path, LINE)), load, said.append)
    assert said[-1] == "0 capabilities loaded, 1 known before, 0 bad lines"


def test_the_shipped_samples_lose_no_word_to_their_invented_owners() -> None:
    masks = placeholders_in(load_catalogue(LOCALES))
    samples = list(read_samples(SHIPPED))
    assert not [line for line in samples if isinstance(line, BadLine)]
    changed = []
    for sample in samples:
        assert isinstance(sample, Sample)
        owner = invented_researcher(sample.id, body_name=sample.body_name, language=sample.language)
        if hidden_capability(sample.text, owner, masks[sample.language]) != sample.text:
            changed.append(sample.id)
    assert changed == []


@given(st.text(max_size=20), st.text(max_size=20))
def test_each_sample_has_an_owner_of_its_own(one: str, other: str) -> None:
    people = [invented_researcher(f"cap-{n}-{i}", body_name="", language="fr")
              for i, n in enumerate((one, other))]  # fmt: skip
    assert people[0].email != people[1].email
    assert all(person.email.endswith("@example.org") for person in people)


def test_the_command_line_knows_its_commands(tmp_path: Path) -> None:
    assert parse([]).command is None
    assert parse(["prepare"]).command == "prepare"
    path = a_file(tmp_path, LINE)
    assert parse(["load-samples", str(path)]).file == path
    with pytest.raises(SystemExit):
        parse(["load-samples", str(tmp_path / "none")])
