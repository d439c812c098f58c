"""The matcher's settings."""

from datetime import timedelta

from services.matcher.settings import MatcherSettings
from tests.support.builders_matching import RULES

DATABASE = "postgresql://matcher@127.0.0.1/matcher"


def test_the_shipped_rules_hold_where_nothing_is_set() -> None:
    assert MatcherSettings(database_url=DATABASE).rules(RULES) == RULES


def test_a_setting_stands_above_the_shipped_rules() -> None:
    rules = MatcherSettings(database_url=DATABASE, wave=5, introductions=1).rules(RULES)
    assert (rules.wave, rules.enough, rules.least_score) == (5, 1, RULES.least_score)


def test_the_search_takes_its_limits_from_the_settings() -> None:
    search = MatcherSettings(database_url=DATABASE, candidates=7, look_again_s=60).search("m")
    assert (search.model, search.candidates) == ("m", 7)
    assert search.look_again_after == timedelta(minutes=1)
