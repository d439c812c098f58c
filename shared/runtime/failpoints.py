"""Named places where a test may kill this process, to prove that a restart resumes."""

import os
from collections import Counter


class Failpoints:
    """Kills the process the nth time it passes the armed place; does nothing in production."""

    def __init__(self, armed: str = "") -> None:
        """Arm `name` or `name:nth`."""
        self._name, _, nth = armed.partition(":")
        self._nth = int(nth or 1)
        self._passed: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        """Pass a named place."""
        if name != self._name:
            return
        self._passed[name] += 1
        if self._passed[name] == self._nth:
            os._exit(137)
