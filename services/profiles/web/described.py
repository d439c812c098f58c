"""What a need is about, as pages show it: subjects to tick, questions and whether they lead on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.profiles.domain.need import Need
from services.profiles.domain.reading import Origin, Question, Reading, answers, offered
from shared.contracts.vocabularies import Subject, subjects

MOST_WORDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Option:
    """A subject to tick."""

    subject: Subject
    ticked: bool
    by_facilitator: bool = False

    def about(self, language: str) -> str:
        """What it is about, in a few everyday words."""
        words = self.subject.about("en" if language == "en" else "fr")
        return ", ".join(words[:MOST_WORDS_SHOWN])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; `answered` is None while that is not known."""

    question: Question
    answered: bool | None

    @property
    def by_facilitator(self) -> bool:
        """Whether a facilitator wrote it."""
        return self.question.origin is Origin.FACILITATOR


def option_of(subject: Subject) -> Option:
    """A subject that was searched, not ticked yet."""
    return Option(subject, ticked=False)


def options_of(
    need: Need, reading: Reading | None, chosen: Sequence[str] | None = None
) -> list[Option]:
    """The subjects to show: those said, those guessed, those just chosen.

    Args:
        need: The need.
        reading: What the matcher read in it.
        chosen: What is ticked on the page, saved or not; None: what was saved.
    """
    saved = {tick.subject_id: tick for tick in need.subjects}
    ticked = saved.keys() if chosen is None else set(chosen)
    facilitated = {key for key, tick in saved.items() if tick.origin is Origin.FACILITATOR}
    listed = dict.fromkeys([*offered(need.subjects, reading), *(chosen or ())])
    return [
        Option(subject, subject.id in ticked, subject.id in facilitated)
        for subject in known(listed)
    ]


def questions_of(need: Need, reading: Reading | None) -> list[Asked]:
    """The questions; what the matcher said of an older version is not said of this one."""
    answered = answers(need.version, len(need.questions), reading)
    return [Asked(*pair) for pair in zip(need.questions, answered, strict=True)]


def known(subject_ids: Iterable[str]) -> list[Subject]:
    """The subjects with these ids; an id that nobody knows is left out."""
    all_of_them = subjects()
    return [all_of_them[one] for one in subject_ids if one in all_of_them]
