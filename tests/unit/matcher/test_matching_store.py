"""The fake store does what any store of the matcher must do."""

import pytest

from services.matcher.application.store_ports import Begin
from tests.support.fakes_matching_store import FakeStore
from tests.support.matching_search_suite import SearchSuite
from tests.support.matching_store_suite import FactsSuite
from tests.support.reading_store_suite import ReadingSuite


class TestFakeStore(FactsSuite, ReadingSuite, SearchSuite):
    @pytest.fixture
    def begin(self) -> Begin:
        return FakeStore().begin
