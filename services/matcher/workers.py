"""What the matcher does by itself: representing texts and choosing whom to ask."""

import asyncio
import logging
from dataclasses import dataclass, replace
from time import monotonic
from typing import NoReturn

from prometheus_client import Counter, Gauge, Histogram

from services.matcher.application.model_ports import InUse, ModelsInUse, Role
from services.matcher.application.propose_researchers import Decided, ProposeResearchers
from services.matcher.application.read_need import ReadNeed
from services.matcher.application.represent_waiting import RepresentWaiting
from services.matcher.application.store_ports import Begin
from services.matcher.application.try_in_shadow import TryInShadow
from shared.runtime.bell import rest
from shared.runtime.host import Host
from shared.runtime.observability import Metrics

logger = logging.getLogger(__name__)
POLL_S = 2.0
SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
SHARES = tuple(step / 20 for step in range(1, 21))
THIRDS = (0.0, 0.34, 0.67, 1.0)
CORRELATIONS = (-0.5, 0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class MatchingMetrics:
    """What operators see of matching."""

    proposals: Counter
    scores: Histogram
    embedding: Histogram
    waiting: Gauge
    watched: Gauge
    readings: Counter

    @classmethod
    def on(cls, metrics: Metrics) -> "MatchingMetrics":
        """Add them to the metrics of a service."""
        return cls(
            metrics.counter("proposals_total", "Proposals made"),
            metrics.histogram("match_score", "Scores of the proposals made", SHARES),
            metrics.histogram("embedding_seconds", "Time to represent one text", SECONDS),
            metrics.gauge("waiting_representations_rows", "Texts not represented yet", "kind"),
            metrics.gauge("needs_on_watch_rows", "Open needs that nobody could be asked about"),
            metrics.counter("readings_total", "Times that a need was read", "result"),
        )


@dataclass(frozen=True, slots=True)
class ModelMetrics:
    """What operators see of the models in use and in the shadow."""

    in_use: Gauge
    unusable: Gauge
    correlation: Histogram
    overlap: Histogram
    others: Counter

    @classmethod
    def on(cls, metrics: Metrics) -> "ModelMetrics":
        """Add them to the metrics of a service."""
        return cls(
            metrics.gauge("model_in_use_count", "1 for each model that is used", "role", "model"),
            metrics.gauge("models_unusable_count", "Models that were chosen and cannot be used"),
            metrics.histogram(
                "shadow_rank_correlation",
                "Spearman's, of the orders by the shadow and by the model in use",
                CORRELATIONS,
            ),
            metrics.histogram(
                "shadow_first_three_share", "Share of the first three that both have", THIRDS
            ),
            metrics.counter(
                "shadow_other_researchers_total",
                "Researchers whom the shadow would have asked, and the model in use did not",
            ),
        )


@dataclass(frozen=True, slots=True)
class Models:
    """The models in use, measured; a model in the shadow is compared once all is decided."""

    in_use: ModelsInUse
    try_in_shadow: TryInShadow
    metrics: ModelMetrics

    async def now(self) -> InUse:
        """What scores now."""
        found = await self.in_use.now()
        self.metrics.in_use.clear()
        self.metrics.in_use.labels(Role.ACTIVE, found.version).set(1)
        if found.shadow:
            self.metrics.in_use.labels(Role.SHADOW, found.shadow.version).set(1)
        self.metrics.unusable.set(len(found.unusable))
        return found

    async def compare(self, decided: Decided, in_use: InUse) -> None:
        """Say how far the model in the shadow differs, if there is one."""
        if in_use.shadow is None:
            return
        found = await asyncio.to_thread(self.try_in_shadow, decided, in_use.shadow.scorer)
        self.metrics.correlation.observe(found.correlation)
        self.metrics.overlap.observe(found.overlap)
        self.metrics.others.inc(found.others)
        await self.in_use.keep_comparison(found, in_use, in_use.shadow)


@dataclass(frozen=True, slots=True)
class RepresentWorker:
    """Represents what waits, a few at a time, for ever."""

    host: Host
    begin: Begin
    represent: RepresentWaiting
    metrics: MatchingMetrics

    async def __call__(self) -> NoReturn:
        """Work until cancelled."""
        woken = self.host.bell.listener()
        while True:
            woken.clear()
            if not await self._round():
                await rest(woken, at_most_s=POLL_S)

    async def _round(self) -> int:
        await self._measure()
        began = monotonic()
        done = (await self.represent()).done
        if done:
            each_s = (monotonic() - began) / done
            for _ in range(done):
                self.metrics.embedding.observe(each_s)
            self.host.failpoint("represent.after_commit")
            self.host.bell.ring()
        return done

    async def _measure(self) -> None:
        async with self.begin() as desk:
            count = await desk.waiting.count(self.represent.represent.version)
        self.metrics.waiting.labels("need").set(count.needs)
        self.metrics.waiting.labels("capability").set(count.capabilities)


@dataclass(frozen=True, slots=True)
class ReadWorker:
    """Reads the needs that should be, one after the other, for ever."""

    host: Host
    read: ReadNeed
    metrics: MatchingMetrics
    models: Models

    async def __call__(self) -> NoReturn:
        """Work until cancelled."""
        woken = self.host.bell.listener()
        while True:
            woken.clear()
            in_use = await self.models.now()
            told = await replace(self.read, score=in_use.score)()
            if told is None:
                await rest(woken, at_most_s=POLL_S)
                continue
            self.host.failpoint("read.after_commit")
            self.metrics.readings.labels("told" if told else "as_before").inc()
            self.host.bell.ring()


@dataclass(frozen=True, slots=True)
class ProposeWorker:
    """Looks at the needs that are due, one after the other, for ever."""

    host: Host
    begin: Begin
    propose: ProposeResearchers
    metrics: MatchingMetrics
    patience_s: float
    models: Models

    async def __call__(self) -> NoReturn:
        """Work until cancelled."""
        woken = self.host.bell.listener()
        while True:
            woken.clear()
            if not await self._one():
                await rest(woken, at_most_s=POLL_S)

    async def _one(self) -> bool:
        in_use = await self.models.now()
        async with self.begin() as desk:
            need_id = await desk.agenda.next_due(
                self.propose.search.model, self.host.clock(), patience_s=self.patience_s
            )
            self.metrics.watched.set(await desk.agenda.on_watch())
        if need_id is None:
            return False
        decided = await replace(self.propose, score=in_use.score).decide(need_id)
        scores = [asked.score for asked in decided.asked] if decided else []
        self.host.failpoint("propose.after_commit")
        self.metrics.proposals.inc(len(scores))
        for score in scores:
            self.metrics.scores.observe(score)
        logger.info("need looked at", extra={"need_id": need_id, "proposals": len(scores)})
        self.host.bell.ring()
        if decided:
            await self.models.compare(decided, in_use)
        return True
