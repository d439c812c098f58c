"""What learning from answers needs: examples, models as documents, and who chose which."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.matcher.application.ports import Scorer
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.domain.answer import Answer
from services.matcher.domain.promotion import HeldOut
from services.matcher.domain.shadow import Beside


@dataclass(frozen=True, slots=True)
class Example:
    """A proposal that was answered: what its score was computed from, and the answer.

    No text and no person is part of it.
    """

    proposal_id: UUID
    need_id: UUID
    capability_id: UUID
    features: Mapping[str, float]
    read: bool
    model_version: str
    answer: Answer
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Data:
    """What a model was learned from.

    Attributes:
        digest: SHA-256 over the examples in the order of their ids.
        answers: All of them, those too that teach nothing.
        until: When the last of them was heard.
    """

    digest: str
    answers: int
    needs: int
    fits: int
    misfits: int
    until: datetime


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A learned model as a document that a person can read; never changed once kept.

    Attributes:
        parent: The shipped model that it starts from.
        feature_set: What its features mean: it is used where they mean the same only.
        prior_answers: How many answers the parent counted for.
        scorer: The numbers, as the scorer reads them.
    """

    format: int
    version: str
    created: datetime
    parent: str
    feature_set: str
    prior_answers: float
    data: Data
    held_out: HeldOut | None
    scorer: Mapping[str, object]


class Role(StrEnum):
    """What a model is chosen for."""

    ACTIVE = "active"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model has a role.

    Attributes:
        version: None: the one that was shipped, or none in the shadow.
        before: The choice that a rollback returns to.
    """

    id: int | None = None
    version: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What an operator does, who and why: kept with what came of it."""

    who: str
    why: str
    what: str
    asked: Mapping[str, object]


class Learner(Protocol):
    """Turns examples into a model; busy with the processor, so call it in a thread."""

    @property
    def feature_set(self) -> str:
        """What the features mean now."""
        ...

    @property
    def shipped(self) -> str:
        """Version of the model that was shipped."""
        ...

    def learn(
        self, examples: Sequence[Example], current: KeptModel | None, now: datetime
    ) -> KeptModel:
        """A model learned from all examples, measured beside the current one."""
        ...


class Shelf(Protocol):
    """Models and examples, in one transaction."""

    async def examples(self, feature_set: str) -> list[Example]:
        """Answered proposals whose features mean this, in the order of their ids."""
        ...

    async def keep(self, model: KeptModel) -> bool:
        """Whether it was not there yet."""
        ...

    async def find(self, version: str) -> KeptModel | None:
        """A model that can be read.

        Raises:
            UnreadableModelError: It is there, and cannot be.
        """
        ...

    async def all(self) -> list[str]:
        """The versions of all models, oldest first."""
        ...

    async def compared(self, version: str) -> Mapping[str, Beside]:
        """How it did in the shadow, by the version that was in use."""
        ...


class Choices(Protocol):
    """Which model has which role, and who chose it, in one transaction."""

    async def hold(self) -> None:
        """Wait until nobody else chooses: until the end of the transaction."""
        ...

    async def now(self, role: Role) -> Choice:
        """The choice that counts."""
        ...

    async def earlier(self, choice_id: int) -> Choice:
        """A choice made before."""
        ...

    async def choose(self, role: Role, choice: Choice, *, action_id: int) -> None:
        """Let another count from now on."""
        ...

    async def note(self, deed: Deed, outcome: str) -> int:
        """Write down what is done; returns the number of the record."""
        ...


@dataclass(frozen=True, slots=True)
class Tried:
    """A model in the shadow."""

    version: str
    scorer: Scorer


@dataclass(frozen=True, slots=True)
class InUse:
    """What scores now.

    Attributes:
        version: As operators name it.
        unusable: Versions that were chosen and cannot be used.
    """

    version: str
    score: ScoreMatches
    shadow: Tried | None = None
    unusable: tuple[str, ...] = ()


class ModelsInUse(Protocol):
    """The models that a running process works with."""

    async def now(self) -> InUse:
        """What scores now; at most a few seconds old."""
        ...

    async def keep_comparison(self, found: Beside, in_use: InUse, tried: Tried) -> None:
        """Keep what was seen of the model in the shadow."""
        ...


class UnreadableModelError(Exception):
    """A model's document is of another format, was changed, or needs features that are not."""


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """All that one transaction about models can read and write."""

    shelf: Shelf
    choices: Choices


BeginModels = Callable[[], AbstractAsyncContextManager[ModelDesk]]
"""Opens a transaction that commits when its block ends well."""
