"""Putting the matcher together."""

from pathlib import Path

from services.matcher.adapters.models_in_use import chosen_models
from services.matcher.adapters.postgres import desk_on, transactions
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.application.propose_researchers import ProposeResearchers
from services.matcher.application.read_need import ReadNeed
from services.matcher.application.represent_waiting import RepresentWaiting
from services.matcher.application.try_in_shadow import TryInShadow
from services.matcher.consumer import Consumer
from services.matcher.settings import MatcherSettings
from services.matcher.workers import (
    MatchingMetrics,
    ModelMetrics,
    Models,
    ProposeWorker,
    ReadWorker,
    RepresentWorker,
)
from shared.contracts.topics import Service
from shared.runtime.host import Build, Host, Parts
from shared.runtime.operating import Operated
from shared.runtime.service import serve
from shared.runtime.settings import read_settings

MIGRATIONS = Path(__file__).with_name("migrations")


def run() -> None:
    """Run the matcher until it is asked to stop."""
    settings = read_settings(MatcherSettings)
    serve(Service.MATCHER, settings, MIGRATIONS, building(settings, shipped_matching()))


def operated() -> Operated:
    """The matcher as its operators' commands need it."""
    return Operated(
        Service.MATCHER,
        MIGRATIONS,
        lambda: building(read_settings(MatcherSettings), shipped_matching()),
    )


def building(settings: MatcherSettings, matching: Matching) -> Build:
    """How the matcher's parts are made in a process."""
    feature_set = matching.feature_set

    def build(host: Host) -> Parts:
        begin, metrics = transactions(host.pool), MatchingMetrics.on(host.metrics)
        rules, represent = settings.rules(matching.rules), matching.represent
        waiting = RepresentWaiting(begin, represent, rules, settings.represent_batch)
        search = settings.search(represent.version, feature_set)
        propose = ProposeResearchers(
            begin,
            matching.score,
            matching.explain,
            rules,
            search,
            host.clock,
        )
        in_use = chosen_models(host.pool, matching)
        models = Models(in_use, TryInShadow(rules), ModelMetrics.on(host.metrics))
        read = ReadNeed(begin, represent, matching.score, matching.subjects, search, host.clock)
        return Parts(
            apply=Consumer(desk_on, rules, represent.version),
            workers={
                "represent": RepresentWorker(host, begin, waiting, metrics),
                "read": ReadWorker(host, read, metrics, models),
                "propose": ProposeWorker(
                    host, begin, propose, metrics, settings.patience_s, models
                ),
            },
        )

    return build
