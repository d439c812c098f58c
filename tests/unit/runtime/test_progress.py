"""A part that neither gets on nor fails is started anew; when that is no help, the process is."""

import asyncio
from dataclasses import dataclass

import pytest

from shared.runtime.progress import Progress, StuckError, watched


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_patience_ends_after_its_time_and_starting_anew_gives_it_back_once() -> None:
    clock = Clock()
    progress = Progress(10, clock)
    clock.now = 11
    late = [progress.is_late]
    progress.begin()
    late.append(progress.is_late)
    clock.now = 22
    late.append(progress.is_late)
    assert late == [True, False, True]


def test_starting_anew_is_no_progress() -> None:
    clock = Clock()
    progress = Progress(10, clock)
    hopeless = []
    for clock.now in (11.0, 22.0, 29.0, 31.0):
        progress.begin()
        hopeless.append(progress.is_hopeless)
    progress.beat()
    assert [*hopeless, progress.is_hopeless] == [False, False, False, True, False]


async def test_a_part_that_hangs_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(StuckError):
        await watched(hang, Progress(0.1))
    assert cancelled.is_set()


async def test_a_part_that_gets_on_may_take_its_time() -> None:
    progress = Progress(0.2)

    async def work() -> None:
        for _ in range(20):
            await asyncio.sleep(0.03)
            progress.beat()

    await watched(work, progress)


async def test_to_fail_for_all_to_see_is_not_to_hang() -> None:
    clock = Clock()
    progress = Progress(1, clock)

    async def fail() -> None:
        clock.now += 100
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await watched(fail, progress)
    assert not progress.is_hopeless


async def test_cancelled_it_takes_its_part_along() -> None:
    ended = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(watched(hang, Progress(60)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert ended.is_set()
