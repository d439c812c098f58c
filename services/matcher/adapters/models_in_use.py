"""The model that scores now: the promoted one where it can be used, the shipped one otherwise."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING

from services.matcher.adapters.model_document import scorer_in
from services.matcher.adapters.model_files import MODELS, read_weights
from services.matcher.adapters.postgres_models import PostgresChoices, PostgresShelf
from services.matcher.adapters.scikit_scorer import scorer_of
from services.matcher.adapters.shipped import Matching
from services.matcher.application.model_ports import (
    InUse,
    KeptModel,
    Role,
    Tried,
    UnreadableModelError,
)
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.domain.shadow import Beside

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection, Database

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 2.0


Chosen = tuple[str | None, str | None]


class ChosenModels:
    """Looks every few seconds which models are chosen, so that no process has to be restarted."""

    def __init__(
        self,
        pool: "Database",
        shipped: ScoreMatches,
        feature_set: str,
        decided: Mapping[str, float],
    ) -> None:
        """Begin with nothing looked at.

        Args:
            pool: Where choices are kept.
            shipped: Scoring as it was shipped: rarity and thresholds stay.
            feature_set: What the features mean in this process.
            decided: The weights that people decided; they stand above learned ones.
        """
        self._pool = pool
        self._shipped = InUse(shipped.scorer.version, shipped)
        self._feature_set = feature_set
        self._decided = decided
        self._chosen: Chosen = (None, None)
        self._in_use = self._shipped
        self._look_at = 0.0

    async def now(self) -> InUse:
        """What scores now; at most a few seconds old."""
        if monotonic() >= self._look_at:
            await self._look()
            self._look_at = monotonic() + LOOK_EVERY_S
        return self._in_use

    async def keep_comparison(self, found: Beside, in_use: InUse, tried: Tried) -> None:
        """Keep what was seen of the model in the shadow."""
        async with self._pool.acquire() as connection:
            shelf = PostgresShelf(connection)
            await shelf.add_comparison(tried.version, in_use.version, found)

    async def _look(self) -> None:
        async with self._pool.acquire() as connection:
            choices = PostgresChoices(connection)
            active = (await choices.now(Role.ACTIVE)).version
            shadow = (await choices.now(Role.SHADOW)).version
            if (active, shadow) != self._chosen:
                self._in_use = await self._loaded(connection, active, shadow)
                self._chosen = (active, shadow)
                told = {"model": self._in_use.version, "shadow": shadow}
                logger.info("models chosen", extra=told)

    async def _loaded(
        self, connection: "Connection", active: str | None, shadow: str | None
    ) -> InUse:
        used, tried = await self._usable(connection, active), None
        if shadow != active:
            tried = await self._usable(connection, shadow)
        in_use = self._shipped
        if used:
            score = replace(in_use.score, scorer=used.scorer)
            in_use = InUse(used.version, score)
        wanted = {active: used, **({} if shadow == active else {shadow: tried})}
        unusable = tuple(version for version, found in wanted.items() if version and not found)
        return replace(in_use, shadow=tried, unusable=unusable)

    async def _usable(self, connection: "Connection", version: str | None) -> Tried | None:
        if version is None:
            return None
        try:
            model = await PostgresShelf(connection).find(version)
            return self._scorer(model) if model else None
        except UnreadableModelError as unreadable:
            told = {"model": version, "why": str(unreadable)}
            logger.warning("model cannot be used", extra=told)
            return None

    def _scorer(self, model: KeptModel) -> Tried:
        if model.feature_set != self._feature_set:
            raise UnreadableModelError(f"{model.version} was learned from features of another kind")
        # What people decided is part of the score, and so of its version.
        digest = sha256((MODELS / "weights.toml").read_bytes()).hexdigest()[:8]
        version = f"{model.version}.{digest}"
        return Tried(model.version, scorer_of(version, scorer_in(model), self._decided))


def chosen_models(pool: "Database", matching: Matching) -> ChosenModels:
    """Looks for what was chosen instead of the shipped scoring."""
    decided = read_weights().added
    return ChosenModels(pool, matching.score, matching.feature_set, decided)
