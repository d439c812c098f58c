"""When what has ended starts again."""

from deploy.embedded.supervisor import BackOff


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_ends_again_and_again_waits_longer_and_longer_but_not_for_ever() -> None:
    back_off = BackOff(_Clock())
    assert [back_off.ended() for _ in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_what_ran_steadily_starts_again_at_once() -> None:
    clock = _Clock()
    back_off = BackOff(clock)
    for _ in range(3):
        back_off.ended()
    clock.now += 61
    assert back_off.ended() == 0


def test_the_wait_is_over_when_its_time_has_passed() -> None:
    clock = _Clock()
    back_off = BackOff(clock)
    back_off.ended()
    back_off.ended()
    seen = []
    for _ in range(3):
        seen.append(back_off.is_over)
        clock.now += 0.5
    assert seen == [False, False, True]
