"""One storm from beginning to end: a house, people, faults, calm, and what is left."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.reliability.storm.calm import Calm
from tests.reliability.storm.characters import RESEARCHERS, character, samples
from tests.reliability.storm.checkers import CHECKERS
from tests.reliability.storm.collect import Collector
from tests.reliability.storm.faults import Nemesis
from tests.reliability.storm.front_door import browsing
from tests.reliability.storm.history import History
from tests.reliability.storm.house import House, standing
from tests.reliability.storm.people import GaveUpError, People
from tests.reliability.storm.plan import plan
from tests.reliability.storm.post import Post
from tests.reliability.storm.tap import Tap

AT_ONCE = 2
SAMPLES = 6
THINKING_S = (0.3, 2.0)
CALM_WITHIN_S, LAST_WORDS_WITHIN_S = 240.0, 300.0


@dataclass
class Result:
    """What a storm came to.

    Attributes:
        found: What each checker found; all empty when all is well.
    """

    seed: int
    seconds: float
    history: History
    counts: Counter[str]
    found: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether nothing was found."""
        return not any(self.found.values())


async def storm(folder: Path, *, seed: int, seconds: float, say: Callable[[str], None]) -> Result:
    """Run a storm in a folder, which keeps what it wrote."""
    began = time.monotonic()

    def tell(line: str) -> None:
        say(f"[{time.monotonic() - began:6.1f} s] {line}")

    planned = plan(seed, seconds)
    tell(f"seed {seed}, {seconds:.0f} s, {len(planned)} faults planned")
    async with standing(folder, seed) as house, browsing(house.stack, Random(seed)) as browser:
        tell("all services are ready")
        people = People(
            house.stack.url("profiles"), browser, Post(folder / "mails"), Random(f"{seed}/people")
        )
        await _load(house, folder, seed)
        tap = Tap(f"127.0.0.1:{house.stack.ports.broker}")
        nemesis = Nemesis(house, tell, broker_ends=tap.broker_ends)
        collector = Collector(house.stack, began=tap.lives[0])
        async with _beside(tap.follow()):
            async with _beside(nemesis.watch()), _living(people):
                await nemesis.rage(planned, seconds)
                tell("the storm is over: everything is mended, people finish what they began")
                await nemesis.mend()
                people.rest()
            tell("waiting until nothing is on its way")
            left = await Calm(house).wait(CALM_WITHIN_S)
        await tap.read_all()
        tell("collecting")
        history = await _history(house, people, tap, collector, [*left, *nemesis.amiss])
    result = Result(seed, seconds, history, nemesis.done | _counts(history, people, nemesis))
    for name, check in CHECKERS.items():
        result.found[name] = check(history)
    return result


async def _load(house: House, folder: Path, seed: int) -> None:
    people = [character(RESEARCHERS, 10_000 + number) for number in range(SAMPLES)]
    file = samples(folder, people, Random(f"{seed}/samples"))
    if await house.stack.command("profiles", "load-samples", str(file), log=folder / "samples.log"):
        raise RuntimeError((folder / "samples.log").read_text())


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncGenerator[None, None]:
    """Do something as long as the block lasts."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _living(people: People) -> AsyncGenerator[None, None]:
    """People act as long as the block lasts; then they finish what they began."""

    async def again_and_again(life: Callable[[], Coroutine[None, None, None]]) -> None:
        while not people.resting.is_set():
            try:
                await life()
            except GaveUpError as gave_up:
                people.ledger.odd.append(f"gave up: {gave_up}")
            await asyncio.sleep(people.dice.uniform(*THINKING_S))

    lives = (people.organisation, people.researcher, people.answer_everything)
    async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as together:
        for life in lives:
            for _ in range(AT_ONCE):
                together.create_task(again_and_again(life))
        try:
            yield
        finally:
            limit.reschedule(asyncio.get_running_loop().time() + LAST_WORDS_WITHIN_S)


async def _history(
    house: House, people: People, tap: Tap, collector: Collector, left: list[str]
) -> History:
    told = await collector.outbox()
    return History(
        outbox=told,
        records=tap.records,
        lives=[life - collector.began for life in tap.lives],
        inbox=await collector.inbox(),
        profiles=await collector.profiles(),
        matcher=await collector.matcher(told),
        notifier=await collector.notifier(),
        mails=collector.mails(people.post),
        said=people.ledger.said,
        tried=frozenset(people.ledger.tried),
        logged=collector.logged(house.replicas),
        unsettled=[*left, *people.ledger.odd],
    )


def _counts(history: History, people: People, nemesis: Nemesis) -> Counter[str]:
    deeds = Counter(str(said.deed) for said in history.said)
    proposals = history.notifier.proposals.values()
    return deeds | Counter(
        {
            "times that someone had to try again": people.ledger.retries,
            "events told": len(history.outbox),
            "messages on the log": len(history.records),
            "mails arrived": len(history.mails),
            "mails sent once more": sum(
                delivery.possible_duplicate for delivery in history.notifier.deliveries.values()
            ),
            "proposals": len(history.matcher.proposals),
            "introductions": sum(proposal.stage == "introduced" for proposal in proposals),
            "answers that links lost": sum(link.lost for link in nemesis.house.links.values()),
        }
    )
