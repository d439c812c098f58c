"""Facilitators in a terminal: they find a need, say what it is about, hear what is wrong."""

from uuid import UUID

import pytest

from services.profiles.application.describe_need import AtTerminal, DescribeNeed, Description
from services.profiles.application.read_described import ListDescribed, ReadDescribed
from services.profiles.commands import parse
from services.profiles.commands.facilitating import Facilitating
from services.profiles.domain.reading import MOST_SUBJECTS, Reading
from shared.contracts.event import derived_id
from shared.contracts.needs import NeedPublished
from shared.contracts.vocabularies import subjects
from tests.support.fakes_profiles import MASKS, an_id
from tests.unit.profiles.house import House

NEED = derived_id(an_id("form"), "need")
FISH, METALS = "T10302", "T10790"
BY = ("--by", "Dominique Exemple")


class Terminal:
    """Someone's terminal in front of a published need."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.lines: list[str] = []
        self.describe = DescribeNeed(house.store.begin, house.clock, house.tally, MASKS)

    async def run(self, *arguments: str) -> str:
        """What is said, after `ok` or `failed`."""
        store = self.house.store
        self.lines.clear()
        facilitating = Facilitating(
            ListDescribed(store.look), ReadDescribed(store.look), self.describe, self.lines.append
        )
        done = await facilitating(parse(["needs", *arguments]))
        return "\n".join(["ok" if done else "failed", *self.lines])

    @property
    def latest(self) -> NeedPublished:
        return self.house.told(NeedPublished)[-1]


@pytest.fixture
async def terminal() -> Terminal:
    return Terminal(await House().with_confirmed_need())


async def test_needs_are_listed_and_shown_without_who_asks(terminal: Terminal) -> None:
    terminal.house.store.readings[NEED] = Reading(NEED, 2, 1, (FISH,))
    listed = await terminal.run("list")
    assert f"{NEED}  0 subjects, 0 questions  Une odeur de rivière" in listed
    shown = await terminal.run("show", str(NEED))
    assert "[organisation masqué] la sentent chaque été." in shown
    assert f"{FISH}  Écologie et gestion des poissons (guessed)" in shown
    assert "Vilaine" not in listed + shown


async def test_subjects_are_found_in_everyday_words(terminal: Terminal) -> None:
    assert "T11641  Abeilles, pesticides et santé des colonies" in await terminal.run(
        "find", "des", "abeiles"
    )


async def test_subjects_and_questions_are_said_and_written_down(terminal: Terminal) -> None:
    said = await terminal.run("subjects", *BY, str(NEED), METALS)
    assert f"{METALS}  Toxicité des métaux lourds (by the facilitator)" in said
    said = await terminal.run("questions", *BY, str(NEED), "Quelles   algues ?")
    assert "? Quelles algues ? (by the facilitator)" in said
    assert [tick.id for tick in terminal.latest.subjects] == [METALS]
    assert [deed.who for deed in terminal.house.store.deeds] == ["Dominique Exemple"] * 2


@pytest.mark.parametrize(
    ("answered", "said"), [(True, ", answered)"), (False, ", nothing answers it yet)")]
)
async def test_whether_a_question_is_answered_is_said(
    terminal: Terminal, *, answered: bool, said: str
) -> None:
    await terminal.describe(AtTerminal("D"), NEED, Description(questions=["Quelles algues ?"]))
    terminal.house.store.readings[NEED] = Reading(NEED, 3, 1, (), (answered,))
    assert said in await terminal.run("show", str(NEED))


async def test_what_cannot_be_done_is_said(terminal: Terminal) -> None:
    nowhere = UUID(int=1)
    assert "failed\nThere is no need" in await terminal.run("show", str(nowhere))
    many = list(subjects())[: MOST_SUBJECTS + 1]
    assert "failed\nNothing was changed" in await terminal.run("subjects", *BY, str(NEED), *many)
    assert terminal.latest.subjects == ()


@pytest.mark.parametrize(
    "arguments",
    [
        ("subjects", str(NEED), METALS),
        ("subjects", *BY, str(NEED), "T0"),
        ("questions", *BY, str(NEED), "a" * 301),
        ("questions", *BY, str(NEED), "  "),
        ("questions", *BY, "not-an-id", "a"),
        (),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        parse(["needs", *arguments])


def test_nobody_is_invited_without_a_name() -> None:
    assert parse(["facilitators", "invite", " Dominique  E. "]).name == "Dominique E."
    with pytest.raises(SystemExit):
        parse(["facilitators", "invite", "  "])
