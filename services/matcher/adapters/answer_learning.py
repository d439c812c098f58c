"""Models from answers: learned from the shipped one, measured beside the one in use."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from services.matcher.adapters.answer_fitting import Taught, taught_by
from services.matcher.adapters.answer_quality import (
    can_be_held_out,
    quality_of,
    unseen_probabilities,
)
from services.matcher.adapters.model_document import FORMAT, digest_of
from services.matcher.adapters.scikit_scorer import ScorerFile, scorer_of
from services.matcher.application.model_ports import Data, Example, KeptModel
from services.matcher.domain.answer import Lesson
from services.matcher.domain.promotion import HeldOut


@dataclass(frozen=True, slots=True)
class AnswerLearner:
    """Learns from answers, starting from the shipped model.

    Attributes:
        prior: The shipped model's numbers.
        shipped: Its version.
        decided: The weights that people decided.
        prior_answers: How many answers the shipped model counts for.
        folds: Into how many parts the needs are split to be held out.
    """

    prior: ScorerFile
    shipped: str
    decided: Mapping[str, float]
    feature_set: str
    prior_answers: float
    folds: int

    def learn(
        self, examples: Sequence[Example], current: KeptModel | None, now: datetime
    ) -> KeptModel:
        """A model learned from all examples, measured beside the current one."""
        teaching = [one for one in examples if one.answer.lesson is not Lesson.NOTHING]
        answers = [_taught(one) for one in teaching]
        model = KeptModel(
            format=FORMAT,
            version="",
            created=now,
            parent=self.shipped,
            feature_set=self.feature_set,
            prior_answers=self.prior_answers,
            data=_data(examples, answers),
            held_out=self._held_out(teaching, answers, current),
            scorer=self._moved(answers, self.prior_answers).model_dump(),
        )
        return replace(model, version=f"answers-{len(answers)}.{digest_of(model)}")

    def _moved(self, answers: Sequence[Taught], prior_answers: float) -> ScorerFile:
        return taught_by(self.prior, answers, self.decided, prior_answers=prior_answers)

    def _held_out(
        self, teaching: Sequence[Example], answers: Sequence[Taught], current: KeptModel | None
    ) -> HeldOut | None:
        """Both learned again without the held-out needs, each from what it knew of the others."""
        if not can_be_held_out(answers):
            return None

        def candidate(seen: Sequence[int]) -> ScorerFile:
            return self._moved([answers[number] for number in seen], self.prior_answers)

        def in_use(seen: Sequence[int]) -> ScorerFile:
            if current is None:
                return self.prior
            until = current.data.until
            known = [answers[n] for n in seen if teaching[n].heard_at <= until]
            return self._moved(known, current.prior_answers)

        def quality(learned: Callable[[Sequence[int]], ScorerFile]) -> list[float]:
            return unseen_probabilities(
                answers, self.folds, lambda seen: self._scoring(learned(seen))
            )

        return HeldOut(
            beside=current.version if current else self.shipped,
            answers=len(answers),
            needs=len({one.need_id for one in answers}),
            candidate=quality_of(answers, quality(candidate)),
            current=quality_of(answers, quality(in_use)),
        )

    def _scoring(self, numbers: ScorerFile) -> Callable[[Sequence[Taught]], list[float]]:
        scorer = scorer_of("held-out", numbers, self.decided)

        def probabilities(answers: Sequence[Taught]) -> list[float]:
            found: dict[int, float] = {}
            for read in (False, True):
                numbered = [n for n, one in enumerate(answers) if one.read is read]
                scores = scorer.score([answers[n].features for n in numbered], read=read)
                found.update(zip(numbered, (one.probability for one in scores), strict=True))
            return [found[number] for number in range(len(answers))]

        return probabilities


def _taught(example: Example) -> Taught:
    fits = example.answer.lesson is Lesson.FITS
    return Taught(str(example.need_id), example.features, example.read, fits)


def _data(examples: Sequence[Example], answers: Sequence[Taught]) -> Data:
    fits = sum(one.fits for one in answers)
    return Data(
        digest=data_digest(examples),
        answers=len(examples),
        needs=len({one.need_id for one in answers}),
        fits=fits,
        misfits=len(answers) - fits,
        until=max(one.heard_at for one in examples),
    )


def data_digest(examples: Sequence[Example]) -> str:
    """SHA-256 over the examples, whatever order they come in."""
    lines = [
        json.dumps(
            [
                str(one.proposal_id),
                str(one.need_id),
                str(one.capability_id),
                sorted(one.features.items()),
                one.read,
                one.model_version,
                one.answer.outcome,
                one.answer.reason,
            ]
        )
        for one in examples
    ]
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()
