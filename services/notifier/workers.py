"""Queues and timers: mails that are due, answers and silences whose time has come."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from services.notifier.application.advance_proposals import AdvanceProposals
from services.notifier.application.deliver_mail import DeliverMail
from services.notifier.application.facts import in_contract
from services.notifier.domain.delivery import Delivery, State
from services.notifier.domain.effects import Effect, SideAnswered
from shared.contracts.delivery import Clock
from shared.runtime.bell import Bell, rest
from shared.runtime.observability import Metrics

BUCKETS_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 3600, 86400)
POLL_S, MEASURE_EVERY_S, DRAIN_S = 1.0, 2.0, 8.0
Measure = Callable[[datetime], Awaitable[tuple[float, int]]]


class NotifierMetrics:
    """What the notifier counts; labels never hold a name, an address or an id."""

    def __init__(self, metrics: Metrics) -> None:
        """Register them."""
        self.mails = metrics.counter("mails_total", "Mails by what became of them", "kind", "state")
        self.answers = metrics.counter(
            "answers_total", "Answers that took effect", "side", "answer"
        )
        self.oldest_due = metrics.gauge("oldest_due_seconds", "How late the latest mail is")
        self.event_to_accepted = metrics.histogram(
            "event_to_accepted_seconds", "From a mail's cause to the server's yes", BUCKETS_S
        )
        self._possible_duplicates = metrics.counter(
            "possible_duplicates_total", "Mails that may have arrived twice (all time)"
        )
        self._seen = 0

    def saw_possible_duplicates(self, count: int) -> None:
        """Follow the count in the database, which a restart does not forget."""
        self._possible_duplicates.inc(max(0, count - self._seen))
        self._seen = max(self._seen, count)


@dataclass(frozen=True, slots=True)
class Workers:
    """What runs besides the consumer and the web."""

    deliver: DeliverMail
    advance: AdvanceProposals
    metrics: NotifierMetrics
    measure: Measure
    clock: Clock
    bell: Bell

    async def send(self) -> None:
        """Send mails as they become due, for ever; one of several that do."""
        woken = self.bell.listener()
        while True:
            woken.clear()
            for freed in await self.deliver.close.left_behind():
                self._count(freed)
            if not await self._finishing(self._send_one()):
                await rest(woken, at_most_s=POLL_S)

    async def pass_time(self) -> None:
        """Let answers take effect, ask again and let silences expire, for ever."""
        woken = self.bell.listener()
        while True:
            woken.clear()
            done = await self.advance()
            if done:
                self._count_answers(done)
                self.bell.ring()
            else:
                await rest(woken, at_most_s=POLL_S)

    async def observe(self) -> None:
        """Measure the queue, for ever."""
        while True:
            oldest_due_s, possible_duplicates = await self.measure(self.clock())
            self.metrics.oldest_due.set(max(0.0, oldest_due_s))
            self.metrics.saw_possible_duplicates(possible_duplicates)
            await asyncio.sleep(MEASURE_EVERY_S)

    async def _send_one(self) -> bool:
        delivery = await self.deliver()
        if delivery is None:
            return False
        self._count(delivery)
        self.bell.ring()
        return True

    async def _finishing(self, work: Awaitable[bool]) -> bool:
        """When told to stop, finish the mail in hand: a mail cut in its middle is in doubt."""
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=DRAIN_S)
            task.cancel()
            raise

    def _count(self, delivery: Delivery) -> None:
        if delivery.state not in {State.PLANNED, State.QUEUED, State.SENDING}:
            self.metrics.mails.labels(delivery.kind, delivery.state).inc()
        if delivery.state is State.ACCEPTED and delivery.done_at is not None:
            took_s = (delivery.done_at - delivery.caused_at).total_seconds()
            self.metrics.event_to_accepted.observe(max(0.0, took_s))

    def _count_answers(self, done: Iterable[Effect]) -> None:
        for effect in done:
            if isinstance(effect, SideAnswered):
                said = in_contract(effect.answer)["answer"]
                self.metrics.answers.labels(effect.side, said).inc()
