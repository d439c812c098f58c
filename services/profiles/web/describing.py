"""The pages on which someone says what a need is about: subjects in everyday words, questions."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.profiles.application.describe_need import DescribeNeed, Description
from services.profiles.application.read_described import Described, ReadDescribed
from services.profiles.domain.need import Published
from services.profiles.domain.party import Language
from services.profiles.domain.reading import (
    LONGEST_QUESTION,
    MOST_QUESTIONS,
    MOST_SUBJECTS,
    Origin,
    TooManyError,
)
from services.profiles.web.described import known, option_of, options_of, questions_of
from services.profiles.web.entrances import Entrance
from services.profiles.web.fields import Fields, Problem, clean, read_fields
from services.profiles.web.pages import Pages
from services.profiles.web.paths import OTHER
from services.profiles.web.visitors import language_for
from shared.contracts.delivery import UnavailableError
from shared.contracts.vocabularies import Subject, find_subjects

SEE_OTHER, WRONG, AWAY = 303, 422, 503
MOST_FOUND = 10
MOST_CHOSEN = 60
"""Of the subjects that an address may carry from one search to the next."""


class Describing:
    """Shows what is known of what a need is about, and takes what its authors say."""

    def __init__(
        self, pages: Pages, entrance: Entrance, read: ReadDescribed, describe: DescribeNeed
    ) -> None:
        """Answer those who come in by an entrance with these pages and use cases."""
        self._pages = pages
        self._entrance = entrance
        self._read = read
        self._describe = describe

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        need = f"{self._entrance.kind.path}{{token}}/needs/{{id:uuid}}"
        return [
            Route(f"{need}/subjects", self.subjects, methods=["GET"]),
            Route(f"{need}/subjects", self.save_subjects, methods=["POST"]),
            Route(f"{need}/questions", self.questions, methods=["GET"]),
            Route(f"{need}/questions", self.save_questions, methods=["POST"]),
        ]

    async def subjects(self, request: Request) -> Response:
        """The subjects to tick, and those that a search found; nothing is saved."""
        described = await self._described(request)
        if not isinstance(described, Described):
            return described
        asked = request.query_params
        chosen = asked.getlist("subject")[:MOST_CHOSEN] if "shown" in asked else None
        words = clean(asked.get("words", ""))
        return await self._subjects_page(request, described, chosen, words=words)

    async def save_subjects(self, request: Request) -> Response:
        """Keep what is ticked."""
        described = await self._described(request)
        if not isinstance(described, Described):
            return described
        fields = await read_fields(request)
        chosen = [subject.id for subject in known(fields.typed.get("subject", ())[:MOST_CHOSEN])]
        said = Description(subject_ids=chosen)
        try:
            await self._describe(self._entrance.author(request), described.need.id, said)
        except TooManyError:
            problem = Problem("too_many", {"most": MOST_SUBJECTS})
            return await self._subjects_page(request, described, chosen, problem=problem)
        return self._back(request, described, "subjects")

    async def questions(self, request: Request) -> Response:
        """The questions, those of this author to edit."""
        described = await self._described(request)
        if not isinstance(described, Described):
            return described
        mine = [q.text for q in described.need.questions if q.origin is self._entrance.origin]
        fields = Fields({"questions": ["\n".join(mine)]})
        return self._questions_page(request, described, fields)

    async def save_questions(self, request: Request) -> Response:
        """Keep the questions that this author wrote; nothing typed is lost where that fails."""
        fields = await read_fields(request)
        try:
            described = await self._described(request)
            if not isinstance(described, Described):
                return described
            await self._keep_questions(request, described, fields)
        except UnavailableError:
            return self._questions_page(request, None, fields, status=AWAY)
        if fields.problems:
            return self._questions_page(request, described, fields, status=WRONG)
        return self._back(request, described, "questions")

    async def _keep_questions(self, request: Request, described: Described, fields: Fields) -> None:
        written = fields.lines("questions", most=MOST_QUESTIONS, each=LONGEST_QUESTION)
        if fields.problems:
            return
        author = self._entrance.author(request)
        try:
            await self._describe(author, described.need.id, Description(questions=written))
        except TooManyError:
            left = MOST_QUESTIONS - len(_of_others(described, self._entrance.origin))
            fields.problems["questions"] = Problem("too_many", {"most": left})

    async def _described(self, request: Request) -> Described | Response:
        """What is known of the need, or where to go where there is nothing to say about it."""
        described = await self._read(self._entrance.author(request), request.path_params["id"])
        if isinstance(described.need.life, Published):
            return described
        return RedirectResponse(self._entrance.home(request), SEE_OTHER)

    async def _subjects_page(
        self,
        request: Request,
        described: Described,
        chosen: Sequence[str] | None,
        *,
        words: str = "",
        problem: Problem | None = None,
    ) -> Response:
        need = described.need
        language = language_for(request, need.language)
        options = options_of(need, described.reading, chosen)
        found = await _found(words, language, {option.subject.id for option in options})
        fields = Fields({"words": [words]}, {"subject": problem} if problem else {})
        context: Mapping[str, object] = {
            **self._place(request, described, language),
            "fields": fields,
            "words": words,
            "options": options,
            "found": found,
            "option_of": option_of,
            "most": MOST_SUBJECTS,
        }
        if request.method != "POST":
            context = {**context, "switch": _in_other_language(request, language)}
        status = WRONG if problem else 200
        return self._pages.private(request, "subjects", language, status=status, **context)

    def _questions_page(
        self, request: Request, described: Described | None, fields: Fields, *, status: int = 200
    ) -> Response:
        language = language_for(request, described.need.language if described else "fr")
        others = _of_others(described, self._entrance.origin)
        return self._pages.private(
            request,
            "questions",
            language,
            status=status,
            **self._place(request, described, language),
            fields=fields,
            others=others,
            away=status == AWAY,
            most=MOST_QUESTIONS - len(others),
            longest=LONGEST_QUESTION,
        )

    def _place(
        self, request: Request, described: Described | None, language: str
    ) -> dict[str, object]:
        need = described and described.need
        return {
            "need": need,
            "asked": questions_of(need, described.reading) if need and described else [],
            "here": request.url.path,
            "home": f"{self._entrance.home(request)}?lang={language}",
            "is_facilitator": self._entrance.origin is Origin.FACILITATOR,
        }

    def _back(self, request: Request, described: Described, done: str) -> Response:
        need = described.need
        language = language_for(request, need.language)
        home = self._entrance.home(request)
        return RedirectResponse(f"{home}?done={done}&lang={language}#need-{need.id}", SEE_OTHER)


async def _found(words: str, language: str, listed: set[str]) -> list[Subject]:
    if not words:
        return []
    wanted = MOST_FOUND + len(listed)
    found = await asyncio.to_thread(
        find_subjects, words, cast("Language", language), at_most=wanted
    )
    return [subject for subject in found if subject.id not in listed][:MOST_FOUND]


def _of_others(described: Described | None, origin: Origin) -> list[object]:
    if described is None:
        return []
    asked = questions_of(described.need, described.reading)
    return [one for one in asked if one.question.origin is not origin]


def _in_other_language(request: Request, language: str) -> str:
    """The same page in the other language, with what was typed and ticked."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*kept, ('lang', OTHER[language])])}"
