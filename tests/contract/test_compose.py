"""The compose file: valid by its specification, pinned, closed to the outside, true of settings."""

import importlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from shared.contracts.topics import Service
from shared.runtime.settings import ServiceSettings, documented

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
STANDARD = Path(__file__).with_name("standards") / "compose-spec.json"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [str(service) for service in Service]
THEIRS = sorted(set(SERVICES) - set(OURS))
SECRETS = {
    "PASSERELLE_LINK_KEYS",
    "POSTGRES_PASSWORD",
    "PROFILES_DB_PASSWORD",
    "MATCHER_DB_PASSWORD",
    "NOTIFIER_DB_PASSWORD",
    "GRAFANA_ADMIN_PASSWORD",
}
VERSION = re.compile(r":v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)*$")


def settings_of(service: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"services.{service}.settings")
    [settings] = [
        found
        for found in vars(module).values()
        if isinstance(found, type)
        and issubclass(found, ServiceSettings)
        and found.__module__ == module.__name__
    ]
    return settings


def example_environment() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    pairs = (line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))
    return dict(pairs)


def test_it_is_valid_by_the_specification() -> None:
    standard = json.loads(STANDARD.read_text("utf-8"))

    jsonschema.Draft202012Validator(standard).validate(COMPOSE)


def has_compose(docker: str) -> bool:
    version = [docker, "compose", "version"]
    return subprocess.run(version, capture_output=True, check=False).returncode == 0


def test_docker_itself_takes_it_where_docker_is() -> None:
    docker = shutil.which("docker")
    if docker and has_compose(docker):
        environment = dict.fromkeys(SECRETS, "0" * 64) | {"PATH": os.environ["PATH"]}
        command = [docker, "compose", "--file", str(FILE), "config", "--quiet"]
        subprocess.run(command, env=environment, check=True)


def test_all_services_are_there_and_what_they_need() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "kafka", "mailpit", "prometheus", "grafana"}


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_pinned_by_its_version(service: str) -> None:
    assert VERSION.search(SERVICES[service]["image"])


def test_the_images_of_the_dockerfile_are_pinned_by_their_version() -> None:
    dockerfile = (ROOT / "deploy/docker/Dockerfile").read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)

    assert len(bases) == 2
    assert all(VERSION.search(base) for base in bases)


@pytest.mark.parametrize("service", SERVICES)
def test_a_port_is_bound_to_this_machine_only(service: str) -> None:
    ports = SERVICES[service].get("ports", [])

    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("service", THEIRS)
def test_what_others_made_says_whether_it_is_healthy_and_keeps_its_data(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]
    mounts = {volume.split(":")[0] for volume in SERVICES[service]["volumes"]}
    assert mounts & set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", SERVICES)
def test_it_comes_back_after_a_failure_and_waits_for_what_it_needs(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    waits = SERVICES[service].get("depends_on", {})
    assert all(wait == {"condition": "service_healthy"} for wait in waits.values())
    assert (service not in OURS) or {"postgres", "kafka"} <= set(waits)


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_a_service_is_one_that_it_reads(service: str) -> None:
    names = {n for n in SERVICES[service]["environment"] if n.startswith("PASSERELLE_")}

    assert names <= set(documented(settings_of(service)))


@pytest.mark.parametrize("service", OURS)
def test_every_setting_that_a_service_requires_is_given(service: str) -> None:
    required = {
        n for n, (default, _) in documented(settings_of(service)).items() if default == "required"
    }

    assert required <= set(SERVICES[service]["environment"])


@pytest.mark.parametrize("service", OURS)
def test_a_service_runs_in_the_image_of_its_name_without_rights(service: str) -> None:
    assert SERVICES[service]["build"]["args"] == {"SERVICE": service}
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["cap_drop"] == ["ALL"]


def test_the_image_runs_as_a_user_without_rights_and_tells_its_health() -> None:
    dockerfile = (ROOT / "deploy/docker/Dockerfile").read_text("utf-8")

    assert re.search(r"^USER 10001:10001$", dockerfile, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK (.|\n)*/healthz", dockerfile, re.MULTILINE)
    assert "--require-hashes" in dockerfile


def test_the_matcher_is_given_no_link_keys() -> None:
    with_keys = {
        name for name in SERVICES if "PASSERELLE_LINK_KEYS" in SERVICES[name].get("environment", {})
    }

    assert with_keys == {"profiles", "notifier"}


def test_every_secret_comes_from_the_environment_and_its_absence_is_told() -> None:
    text = FILE.read_text("utf-8")

    assert set(re.findall(r"\$\{([A-Z_]+):\?[^}]+\}", text)) == SECRETS
    assert SECRETS.isdisjoint(re.findall(r"\$\{([A-Z_]+)(?::-[^}]*)?\}", text))


def test_the_example_names_every_secret_and_holds_none() -> None:
    example = example_environment()

    assert set(example) >= SECRETS
    assert all(example[name] == "" for name in SECRETS)
    used = set(re.findall(r"\$\{([A-Z_]+)[:}]", FILE.read_text("utf-8")))
    assert set(example) <= used
