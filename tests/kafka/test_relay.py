"""The relay's suite again, on Apache Kafka."""

import pytest

from tests.integration.test_runtime_relay import (
    test_a_broker_that_remembers_gets_nothing_twice,
    test_an_event_put_twice_is_told_once,
    test_events_arrive_whole_and_in_the_order_of_their_key,
    test_two_relays_have_one_leader_and_the_second_takes_over,
    test_what_a_rolled_back_transaction_told_is_never_published,
)

__all__ = [
    "test_a_broker_that_remembers_gets_nothing_twice",
    "test_an_event_put_twice_is_told_once",
    "test_events_arrive_whole_and_in_the_order_of_their_key",
    "test_two_relays_have_one_leader_and_the_second_takes_over",
    "test_what_a_rolled_back_transaction_told_is_never_published",
]
pytestmark = pytest.mark.timeout(90)
