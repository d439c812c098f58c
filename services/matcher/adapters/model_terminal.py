"""Operators' commands about models: typed, done, and told."""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TextIO

import asyncpg

from services.matcher.adapters import model_text as text
from services.matcher.adapters.answer_learning import AnswerLearner
from services.matcher.adapters.model_document import document_of
from services.matcher.adapters.model_files import Weights, read_scorer, read_weights
from services.matcher.adapters.postgres_models import model_transactions
from services.matcher.adapters.shipped import shipped_matching
from services.matcher.application.choose_model import (
    ChooseModel,
    Order,
    RefusedError,
    current_model,
)
from services.matcher.application.learn_from_answers import LearnFromAnswers
from services.matcher.application.model_ports import BeginModels, Role, UnreadableModelError
from services.matcher.domain.promotion import objections
from shared.runtime.clock import make_clock
from shared.runtime.operators import Verbs, add_who_and_why
from shared.runtime.postgres import PASSING_ERRORS, open_pool
from shared.runtime.settings import ServiceSettings, read_settings

DONE, REFUSED, UNUSABLE, AWAY = 0, 1, 2, 3


def add_models_commands(verbs: Verbs) -> None:
    """Add `models` to the command line."""
    parser = verbs.add_parser("models", help="learn from answers, and choose which model is used")
    deeds = parser.add_subparsers(required=True, metavar="DEED")
    _add(deeds, "list", "the models that there are, and which are chosen")
    shown = _add(deeds, "show", "what a model was learned from, and how well it does")
    shown.add_argument("model", metavar="VERSION")
    shown.add_argument("--document", action="store_true", help="print the document itself")
    train = _add(deeds, "train", "learn a model from all answers; it is not used yet")
    promote = _add(
        deeds, "promote", "use a model, unless the rule of models/weights.toml is against"
    )
    promote.add_argument("model", metavar="VERSION")
    promote.add_argument("--force", action="store_true", help="pass over the rule")
    rollback = _add(deeds, "rollback", "use again what was used before the last promotion")
    shadow = _add(deeds, "shadow", "try a model beside the one in use; it asks nobody")
    which = shadow.add_mutually_exclusive_group(required=True)
    which.add_argument("model", nargs="?", metavar="VERSION")
    which.add_argument("--stop", action="store_true", help="try none any more")
    for changing in (train, promote, rollback, shadow):
        add_who_and_why(changing, required=True)


def _add(deeds: Verbs, name: str, told: str) -> argparse.ArgumentParser:
    parser = deeds.add_parser(name, help=told)
    parser.set_defaults(run=run, deed=name)
    return parser


def run(options: argparse.Namespace) -> int:
    """Run what was asked for; 0: done, 1: refused, 2: unusable, 3: the database is away."""
    settings = read_settings(ServiceSettings)
    return asyncio.run(ModelCommands(options, settings, sys.stdout, sys.stderr).run())


@dataclass(frozen=True, slots=True)
class ModelCommands:
    """One command, with where it speaks."""

    options: argparse.Namespace
    settings: ServiceSettings
    out: TextIO
    err: TextIO

    async def run(self) -> int:
        """Run it; what is refused or away is said in a sentence."""
        asked: Callable[[BeginModels], Awaitable[None]] = getattr(self, f"_{self.options.deed}")
        try:
            async with self._begin() as begin:
                await asked(begin)
        except (RefusedError, UnreadableModelError) as refused:
            return self._refuse(f"Not done: {refused}.", REFUSED)
        except asyncpg.UndefinedTableError:
            return self._refuse("The tables are not there: run `prepare` first.", UNUSABLE)
        except (*PASSING_ERRORS, asyncpg.PostgresError) as away:
            return self._refuse(f"The database cannot be used now: {type(away).__name__}.", AWAY)
        return DONE

    async def _list(self, begin: BeginModels) -> None:
        learner = self._learner(read_weights())
        async with begin() as desk:
            active = (await desk.choices.now(Role.ACTIVE)).version
            shadow = (await desk.choices.now(Role.SHADOW)).version
            self._say(text.line(learner.shipped, "shipped", is_active=active is None))
            for version in await desk.shelf.all():
                try:
                    model = await desk.shelf.find(version)
                    said = text.in_short(model) if model else ""
                except UnreadableModelError as unreadable:
                    said = str(unreadable)
                self._say(text.line(version, said, is_active=version == active))
        self._say(f"in the shadow: {shadow or 'none'}")

    async def _show(self, begin: BeginModels) -> None:
        weights = read_weights()
        async with begin() as desk:
            model = await desk.shelf.find(self.options.model)
            if model is None:
                raise RefusedError([f"there is no model {self.options.model}"])
            compared = await desk.shelf.compared(model.version)
            current = await current_model(desk, model.feature_set)
        if self.options.document:
            self._say(document_of(model))
            return
        self._say(text.page(model, read_scorer(), compared))
        in_use = current.version if current else self._learner(weights).shipped
        self._tell_rule(
            [] if in_use == model.version else objections(model.held_out, in_use, weights.promotion)
        )

    async def _train(self, begin: BeginModels) -> None:
        weights = read_weights()
        learner = self._learner(weights)
        model = await LearnFromAnswers(begin, learner, make_clock())(
            self.options.who, self.options.why
        )
        self._say(text.page(model, learner.prior, {}))
        in_use = model.held_out.beside if model.held_out else learner.shipped
        self._tell_rule(objections(model.held_out, in_use, weights.promotion))

    async def _promote(self, begin: BeginModels) -> None:
        options = self.options
        passed_over = await self._choose(begin).promote(
            options.model, self._order(), force=options.force
        )
        self._say(f"{options.model} is used from now on, by every process within seconds.")
        for objection in passed_over:
            self._say(f"passed over by force: {objection}")

    async def _rollback(self, begin: BeginModels) -> None:
        version = await self._choose(begin).roll_back(self._order())
        self._say(f"{version} is used again, by every process within seconds.")

    async def _shadow(self, begin: BeginModels) -> None:
        version = None if self.options.stop else self.options.model
        await self._choose(begin).shadow(version, self._order())
        self._say(f"in the shadow: {version or 'none'}")

    def _choose(self, begin: BeginModels) -> ChooseModel:
        weights = read_weights()
        learner = self._learner(weights)
        return ChooseModel(begin, weights.promotion, learner.shipped, learner.feature_set)

    def _learner(self, weights: Weights) -> AnswerLearner:
        matching = shipped_matching()
        return AnswerLearner(
            read_scorer(),
            matching.model_version,
            weights.added,
            matching.feature_set,
            weights.learning.prior_answers,
            weights.learning.folds,
        )

    def _order(self) -> Order:
        return Order(self.options.who, self.options.why)

    @asynccontextmanager
    async def _begin(self) -> AsyncGenerator[BeginModels, None]:
        async with open_pool(self.settings.database_url, most=2) as pool:
            yield model_transactions(pool)

    def _tell_rule(self, found: list[str]) -> None:
        self._say("The rule lets it be promoted." if not found else "The rule is against it:")
        for objection in found:
            self._say(f"  {objection}")

    def _say(self, line: str) -> None:
        self.out.write(f"{line}\n")
        self.out.flush()

    def _refuse(self, sentence: str, code: int) -> int:
        self.err.write(f"{sentence}\n")
        return code
