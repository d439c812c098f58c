"""What facilitators do in a terminal: find needs, say what they are about."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.admit import NotAdmittedError
from services.profiles.application.describe_need import AtTerminal, DescribeNeed, Description
from services.profiles.application.read_described import Described, ListDescribed, ReadDescribed
from services.profiles.domain.reading import (
    LONGEST_QUESTION,
    MOST_QUESTIONS,
    MOST_SUBJECTS,
    TooManyError,
    answers,
    offered,
)
from shared.contracts.vocabularies import find_subjects, subjects
from shared.runtime.operators import Verbs

READING = AtTerminal("reading")


def add_deeds(deeds: Verbs) -> None:
    """Add the commands `list`, `find`, `show`, `subjects` and `questions`."""
    listing = deeds.add_parser("list", help="the newest published needs")
    listing.add_argument("--limit", type=int, default=30, metavar="N")
    finding = deeds.add_parser("find", help="subjects in everyday French words")
    finding.add_argument("words", nargs="+", metavar="WORD")
    finding.add_argument("--limit", type=int, default=10, metavar="N")
    deeds.add_parser("show", help="a need as published").add_argument("need", type=UUID)
    ticking = deeds.add_parser("subjects", help="say all subjects that a need is about")
    _add_author(ticking)
    ticking.add_argument("subjects", nargs="*", type=_subject, metavar="SUBJECT")
    asking = deeds.add_parser("questions", help="write a need's research questions")
    _add_author(asking)
    asking.add_argument("questions", nargs="*", type=_question, metavar="QUESTION")


def _add_author(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("need", type=UUID)
    parser.add_argument("--by", type=_words, required=True, metavar="NAME", help="for the record")


def _words(text: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise argparse.ArgumentTypeError("say something")
    return said


def _question(text: str) -> str:
    question = _words(text)
    if len(question) > LONGEST_QUESTION:
        raise argparse.ArgumentTypeError(f"{LONGEST_QUESTION} characters at most")
    return question


def _subject(text: str) -> str:
    if text not in subjects():
        raise argparse.ArgumentTypeError(f"no such subject: {text}")
    return text


@dataclass(frozen=True, slots=True)
class Facilitating:
    """What facilitators do in a terminal, through the same use cases as the pages."""

    list_described: ListDescribed
    read: ReadDescribed
    describe: DescribeNeed
    say: Callable[[str], None]

    async def __call__(self, asked: argparse.Namespace) -> bool:
        """Do what was asked; False where it could not be done, and why is said."""
        try:
            await self._do(asked)
        except NotAdmittedError:
            self.say(f"There is no need {asked.need}.")
        except TooManyError:
            limits = f"{MOST_SUBJECTS} subjects and {MOST_QUESTIONS} questions"
            self.say(f"Nothing was changed: a need has at most {limits}, of both sides together.")
        else:
            return True
        return False

    async def _do(self, asked: argparse.Namespace) -> None:
        match asked.deed:
            case "list":
                for described in await self.list_described(READING, at_most=asked.limit):
                    self.say(in_a_line(described))
            case "find":
                for subject in find_subjects(" ".join(asked.words), "fr", at_most=asked.limit):
                    self.say(f"{subject.id}  {subject.fr} ({', '.join(subject.everyday[:4])})")
            case "show":
                self.say(in_full(await self._read(asked)))
            case "subjects":
                await self._describe(asked, Description(subject_ids=asked.subjects))
            case _:
                await self._describe(asked, Description(questions=asked.questions))

    async def _read(self, asked: argparse.Namespace) -> Described:
        return await self.read(READING, asked.need)

    async def _describe(self, asked: argparse.Namespace, said: Description) -> None:
        await self.describe(AtTerminal(asked.by), asked.need, said)
        self.say(in_full(await self._read(asked)))


def in_a_line(described: Described) -> str:
    """A need, shortly: never who asks."""
    need = described.need
    title = need.public_text.title if need.public_text else ""
    return f"{need.id}  {len(need.subjects)} subjects, {len(need.questions)} questions  {title}"


def in_full(described: Described) -> str:
    """What was published of a need, what it is said to be about, and what the matcher guesses."""
    need, known = described.need, subjects()
    text = need.public_text
    ticked = {tick.subject_id: tick.origin for tick in need.subjects}
    lines = [text.title, text.description, text.expectations] if text else []
    lines += [
        f"{one}  {known[one].fr} ({f'by the {ticked[one]}' if one in ticked else 'guessed'})"
        for one in offered(need.subjects, described.reading)
        if one in known
    ]
    lines += [
        f"? {question.public_text} (by the {question.origin}{_answered(described, place)})"
        for place, question in enumerate(need.questions)
    ]
    return "\n".join(line for line in lines if line)


def _answered(described: Described, place: int) -> str:
    need = described.need
    answered = answers(need.version, len(need.questions), described.reading)[place]
    return "" if answered is None else ", answered" if answered else ", nothing answers it yet"
