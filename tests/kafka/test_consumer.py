"""The consumer's suite again, on Apache Kafka."""

import pytest

from tests.integration.test_runtime_consumer import (
    test_a_bug_is_tried_five_times_and_then_set_aside,
    test_a_null_header_is_no_reason_to_stop,
    test_an_erasure_is_heard,
    test_an_event_delivered_many_times_has_one_effect,
    test_an_event_that_came_too_early_is_applied_when_what_it_names_arrives,
    test_bytes_of_a_restricted_topic_never_reach_the_dead_letter_topic,
    test_every_poisoned_message_is_kept_whole_and_the_next_good_one_passes,
    test_names_of_headers_are_kept_as_they_came_also_from_a_compressed_batch,
    test_nobody_is_answered_who_asks_for_it_in_a_header,
    test_one_failing_event_does_not_undo_its_neighbours,
    test_what_is_down_is_waited_for_and_nothing_is_dead,
)

__all__ = [
    "test_a_bug_is_tried_five_times_and_then_set_aside",
    "test_a_null_header_is_no_reason_to_stop",
    "test_an_erasure_is_heard",
    "test_an_event_delivered_many_times_has_one_effect",
    "test_an_event_that_came_too_early_is_applied_when_what_it_names_arrives",
    "test_bytes_of_a_restricted_topic_never_reach_the_dead_letter_topic",
    "test_every_poisoned_message_is_kept_whole_and_the_next_good_one_passes",
    "test_names_of_headers_are_kept_as_they_came_also_from_a_compressed_batch",
    "test_nobody_is_answered_who_asks_for_it_in_a_header",
    "test_one_failing_event_does_not_undo_its_neighbours",
    "test_what_is_down_is_waited_for_and_nothing_is_dead",
]
pytestmark = pytest.mark.timeout(90)
