"""The store in memory does what the real one does."""

import pytest

from tests.support.fakes_profiles_store import Memory
from tests.unit.profiles.store_suite import StoreSuite


class TestMemory(StoreSuite):
    @pytest.fixture
    def store(self) -> Memory:
        return Memory()
