"""Learning a model from the answers that were heard."""

import asyncio
from dataclasses import dataclass

from services.matcher.application.choose_model import RefusedError, current_model
from services.matcher.application.model_ports import (
    BeginModels,
    Deed,
    Example,
    KeptModel,
    Learner,
)
from services.matcher.domain.answer import Lesson
from shared.contracts.delivery import Clock


@dataclass(frozen=True, slots=True)
class LearnFromAnswers:
    """Make a candidate out of all answers, starting from the model that was shipped."""

    begin: BeginModels
    learner: Learner
    clock: Clock

    async def __call__(self, who: str, why: str) -> KeptModel:
        """Learn, measure and keep; the same answers give the same model.

        Raises:
            RefusedError: No answer teaches anything yet.
        """
        async with self.begin() as desk:
            examples = await desk.shelf.examples(self.learner.feature_set)
            current = await current_model(desk, self.learner.feature_set)
        if not any(_teaches(example) for example in examples):
            raise RefusedError(["no answer teaches anything yet"])
        model = await asyncio.to_thread(self.learner.learn, examples, current, self.clock())
        async with self.begin() as desk:
            is_new = await desk.shelf.keep(model)
            deed = Deed(who, why, "models train", {"version": model.version})
            await desk.choices.note(deed, "kept" if is_new else "known before")
        return model


def _teaches(example: Example) -> bool:
    return example.answer.lesson is not Lesson.NOTHING
