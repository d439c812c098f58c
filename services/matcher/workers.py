"""What the matcher does by itself: representing texts and choosing whom to ask."""

import logging
from dataclasses import dataclass
from time import monotonic
from typing import NoReturn

from prometheus_client import Counter, Gauge, Histogram

from services.matcher.application.propose_researchers import ProposeResearchers
from services.matcher.application.read_need import ReadNeed
from services.matcher.application.represent_waiting import RepresentWaiting
from services.matcher.application.store_ports import Begin
from shared.runtime.bell import rest
from shared.runtime.host import Host
from shared.runtime.observability import Metrics

logger = logging.getLogger(__name__)
POLL_S = 2.0
SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
SHARES = tuple(step / 20 for step in range(1, 21))


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

    async def __call__(self) -> NoReturn:
        """Work until cancelled."""
        woken = self.host.bell.listener()
        while True:
            woken.clear()
            told = await self.read()
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

    async def __call__(self) -> NoReturn:
        """Work until cancelled."""
        woken = self.host.bell.listener()
        while True:
            woken.clear()
            if not await self._one():
                await rest(woken, at_most_s=POLL_S)

    async def _one(self) -> bool:
        async with self.begin() as desk:
            need_id = await desk.agenda.next_due(
                self.propose.search.model, self.host.clock(), patience_s=self.patience_s
            )
            self.metrics.watched.set(await desk.agenda.on_watch())
        if need_id is None:
            return False
        scores = await self.propose(need_id)
        self.host.failpoint("propose.after_commit")
        self.metrics.proposals.inc(len(scores))
        for score in scores:
            self.metrics.scores.observe(score)
        logger.info("need looked at", extra={"need_id": need_id, "proposals": len(scores)})
        self.host.bell.ring()
        return True
