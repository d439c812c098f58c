"""The same running system and people as in the journeys."""

from tests.e2e.conftest import journey, stack

__all__ = ["journey", "stack"]
