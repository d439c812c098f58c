"""Scraping, alerts and the dashboard: they name jobs, metrics, pages and files that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.contracts.topics import Service
from shared.runtime.observability import Metrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
PROMETHEUS = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))
RULES = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text("utf-8"))
DASHBOARD = json.loads((DEPLOY / "grafana/dashboards/passerelle.json").read_text("utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
QUERIES = [rule["expr"] for rule in ALERTS] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
# What single services count besides what all of them do.
OWN = {
    "notifier_mails_total": ("kind", "state"),
    "notifier_possible_duplicates_total": (),
    "matcher_proposals_total": (),
    "matcher_match_score_bucket": ("le",),
    "matcher_embedding_seconds_bucket": ("le",),
    "matcher_models_unusable_count": (),
}
OTHERS = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total"}


def names_in(query: str) -> set[str]:
    """The metrics that a query reads."""
    by_pattern = set(re.findall(r'__name__=~"passerelle_\.\+_(\w+)"', query))
    by_name = set(re.findall(r"\b(up|process_\w+|passerelle_\w+)(?=[{\[])", query))
    return by_pattern | {name.removeprefix("passerelle_") for name in by_name}


def exported() -> set[str]:
    """Every name that a service exports on its own account."""
    metrics = Metrics("test")
    metrics.published.labels("t")
    metrics.consumed.labels("t", "applied")
    metrics.lag.labels("t")
    samples = (s.name for family in metrics.registry.collect() for s in family.samples)
    return {name.removeprefix("passerelle_test_") for name in samples}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_reads_metrics_that_services_export(query: str) -> None:
    names = names_in(query)

    assert names
    assert names <= exported() | set(OWN) | OTHERS


def test_every_service_is_scraped_where_compose_runs_it() -> None:
    targets = {
        config["job_name"]: config["static_configs"][0]["targets"]
        for config in PROMETHEUS["scrape_configs"]
    }

    assert targets == {
        str(service): [f"{service}:{port}"]
        for service in Service
        for port in [COMPOSE["services"][service]["environment"]["PASSERELLE_HTTP_PORT"]]
    }


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_names_a_runbook_that_exists(alert: dict[str, Any]) -> None:
    assert (ROOT / alert["annotations"]["runbook"]).is_file()
    assert alert["labels"]["severity"] in {"page", "ticket"}


def test_runbooks_named_on_the_dashboard_exist() -> None:
    pages = re.findall(r"docs/runbooks/[a-z-]+\.md", json.dumps(DASHBOARD))

    assert pages
    assert all((ROOT / page).is_file() for page in pages)


def test_every_panel_reads_the_provisioned_datasource() -> None:
    folder = DEPLOY / "grafana/provisioning/datasources"
    [source] = yaml.safe_load((folder / "prometheus.yml").read_text("utf-8"))["datasources"]

    used = {target["datasource"]["uid"] for p in DASHBOARD["panels"] for target in p["targets"]}
    assert used == {source["uid"]}


def test_the_dashboard_is_where_compose_puts_what_grafana_loads() -> None:
    folder = DEPLOY / "grafana/provisioning/dashboards"
    [provider] = yaml.safe_load((folder / "passerelle.yml").read_text("utf-8"))["providers"]
    mounts = dict(
        volume.split(":")[:2][::-1] for volume in COMPOSE["services"]["grafana"]["volumes"]
    )

    assert mounts[provider["options"]["path"]] == "./deploy/grafana/dashboards"


def test_panels_have_their_own_ids_and_a_description() -> None:
    panels = DASHBOARD["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["description"] for panel in panels)
