"""The environment of a service on this computer; the names are those of every way to run it."""

import os

from deploy.embedded.keys import Keys
from deploy.embedded.ports import Ports


def dsn(service: str, ports: Ports, keys: Keys) -> str:
    """How a service connects to its database."""
    return f"postgresql://{service}:{keys.database}@127.0.0.1:{ports.postgres}/{service}"


def service_environment(service: str, ports: Ports, keys: Keys) -> dict[str, str]:
    """All of it: ours without what others set for Passerelle, and what the service needs."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")
    }
    return {
        **inherited,
        "PYTHONUNBUFFERED": "1",
        "PASSERELLE_DATABASE_URL": dsn(service, ports, keys),
        "PASSERELLE_KAFKA_BOOTSTRAP": f"127.0.0.1:{ports.broker}",
        "PASSERELLE_KAFKA_PROFILE": "embedded",
        "PASSERELLE_HTTP_HOST": "127.0.0.1",
        "PASSERELLE_HTTP_PORT": str(getattr(ports, service)),
        "PASSERELLE_SITE_URL": f"http://127.0.0.1:{ports.profiles}",
        "PASSERELLE_ANSWERS_URL": f"http://127.0.0.1:{ports.notifier}",
        "PASSERELLE_LINK_KEYS": keys.link,
        "PASSERELLE_SMTP_HOST": "127.0.0.1",
        "PASSERELLE_SMTP_PORT": str(ports.smtp),
        "PASSERELLE_SMTP_TLS": "none",
        "PASSERELLE_MAIL_HOURS": "always",
        "PASSERELLE_UNDO_S": "15",
    }


def apache_kafka(bootstrap: str) -> dict[str, str]:
    """What differs when the broker is not the embedded one."""
    return {"PASSERELLE_KAFKA_BOOTSTRAP": bootstrap, "PASSERELLE_KAFKA_PROFILE": "kafka"}
