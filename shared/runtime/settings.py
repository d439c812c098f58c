"""Settings that every service reads from the environment, once."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NoReturn, TypeVar

from pydantic import (
    AwareDatetime,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.contracts.topics import LOG_RETENTION_DAYS

S = TypeVar("S", bound="ServiceSettings")
PREFIX = "PASSERELLE_"
SHORTEST_KEY = 32


class KafkaProfile(StrEnum):
    """Which broker this is, hence which timings hold."""

    EMBEDDED = "embedded"
    KAFKA = "kafka"


class KafkaSecurity(StrEnum):
    """How the broker is spoken to, named as in Kafka's own settings."""

    PLAINTEXT = "plaintext"
    SSL = "ssl"
    SASL_PLAINTEXT = "sasl_plaintext"
    SASL_SSL = "sasl_ssl"


class ServiceSettings(BaseSettings):
    """What all three services need to know."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: str = Field(
        pattern=r"^postgres(ql)?://", description="postgresql:// address of this service's database"
    )
    kafka_bootstrap: str = Field(
        default="127.0.0.1:9092",
        pattern=r"^[^:,\s]+:\d+(,[^:,\s]+:\d+)*$",
        description="host:port of the broker, several with commas",
    )
    kafka_profile: KafkaProfile = Field(
        default=KafkaProfile.KAFKA, description="kafka or embedded: timings and guarantees"
    )
    kafka_security: KafkaSecurity = Field(
        default=KafkaSecurity.PLAINTEXT,
        description="plaintext, ssl, sasl_plaintext or sasl_ssl: how the broker is spoken to",
    )
    kafka_mechanism: str = Field(
        default="SCRAM-SHA-512",
        pattern=r"^(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)$",
        description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512: how sasl proves who this is",
    )
    kafka_user: str = Field(
        default="",
        validate_default=True,
        description="this service's account at the broker (sasl)",
    )
    kafka_password: SecretStr = Field(default=SecretStr(""), description="its password")
    kafka_ca_file: FilePath | None = Field(
        default=None, description="certificates that the broker's is checked with, if not the usual"
    )
    http_host: str = Field(default="127.0.0.1", description="address this service listens on")
    http_port: int = Field(default=8000, ge=1, le=65535, description="port it listens on")
    clock_speed: float = Field(default=1.0, gt=0, description="how fast the demo's clock runs")
    clock_origin: AwareDatetime | None = Field(
        default=None, description="when the fast clock started (ISO 8601 with offset)"
    )
    log_level: str = Field(
        default="INFO",
        pattern=r"^(DEBUG|INFO|WARNING|ERROR)$",
        description="DEBUG, INFO, WARNING or ERROR",
    )
    tracing: bool = Field(
        default=False, description="true: events and logs carry a W3C trace from form to mail"
    )
    otlp_endpoint: str = Field(
        default="",
        pattern=r"^(https?://[^\s/]+)?$",
        description="http(s)://host:port of an OpenTelemetry collector (OTLP over HTTP) that gets"
        " spans; needs PASSERELLE_TRACING=true",
    )
    outbox_retention_days: int = Field(
        default=LOG_RETENTION_DAYS,
        ge=LOG_RETENTION_DAYS,
        description="days for which published events are kept, to publish them again",
    )
    stuck_after_s: float = Field(
        default=60.0, gt=0, description="seconds without progress after which a part starts anew"
    )
    failpoint: str = Field(
        default="",
        pattern=r"^([a-z_.]+(:\d+)?)?$",
        description="tests only: where the process kills itself",
    )

    @field_validator("kafka_user")
    @classmethod
    def _known_to_the_broker(cls, user: str, info: ValidationInfo) -> str:
        if not user and str(info.data.get("kafka_security", "")).startswith("sasl"):
            raise ValueError("sasl needs an account")
        return user

    @field_validator("otlp_endpoint")
    @classmethod
    def _of_a_trace(cls, endpoint: str, info: ValidationInfo) -> str:
        if endpoint and not info.data.get("tracing"):
            raise ValueError("spans need PASSERELLE_TRACING=true")
        return endpoint


class LinkSettings(ServiceSettings):
    """What services that sign or read links need as well."""

    site_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^\s/]+$",
        description="public address of forms and personal pages, no slash at the end",
    )
    answers_url: str = Field(
        default="http://127.0.0.1:8002",
        pattern=r"^https?://[^\s/]+$",
        description="public address of answer pages, no slash at the end",
    )
    link_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        description=f"keys that sign links, newest first, each of {SHORTEST_KEY} characters or more"
    )

    @field_validator("link_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(k.strip() for k in value.split(",")) if isinstance(value, str) else value

    @field_validator("link_keys")
    @classmethod
    def _long_enough(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise ValueError(f"each key needs {SHORTEST_KEY} characters or more")
        return keys


def read_settings(settings: type[S]) -> S:
    """Read the environment, or stop at once and say which value is wrong and what was expected."""
    try:
        return settings()
    except ValidationError as invalid:
        _stop(settings, invalid)


def _stop(settings: type[ServiceSettings], invalid: ValidationError) -> NoReturn:
    lines = []
    for error in invalid.errors(include_input=False, include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        field = settings.model_fields.get(name)
        expected = f" (expected: {field.description})" if field and field.description else ""
        lines.append(f"{PREFIX}{name.upper()}: {error['msg']}{expected}")
    raise SystemExit("\n".join(lines))


def documented(settings: type[ServiceSettings]) -> dict[str, tuple[str, str]]:
    """Each variable's default and meaning, for the table in the README."""
    return {
        f"{PREFIX}{name.upper()}": (
            "required" if field.is_required() else _shown(field.get_default()),
            field.description or "",
        )
        for name, field in settings.model_fields.items()
    }


def _shown(default: object) -> str:
    if default is None or default == "":
        return "–"
    return default.isoformat() if isinstance(default, datetime) else str(default)
