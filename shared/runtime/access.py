"""How this service comes in at the broker: in the clear or not, and as whom."""

import ssl
from typing import TypedDict

from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from shared.runtime.settings import KafkaSecurity, ServiceSettings

_SASL = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}


class Access(TypedDict, total=False):
    """What each of our clients is given beside the address; empty on an open broker."""

    security_protocol: str
    ssl_context: ssl.SSLContext | None
    sasl_mechanism: str
    sasl_plain_username: str
    sasl_plain_password: str


def access_of(settings: ServiceSettings) -> Access:
    """The same for aiokafka's clients."""
    access = Access(
        security_protocol=settings.kafka_security.upper(), ssl_context=_certificates(settings)
    )
    if _knows_us(settings):
        access["sasl_mechanism"] = settings.kafka_mechanism
        access["sasl_plain_username"] = settings.kafka_user
        access["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return access


def security_of(settings: ServiceSettings) -> BaseSecurity:
    """The same for FastStream."""
    certificates = _certificates(settings)
    if not _knows_us(settings):
        return BaseSecurity(ssl_context=certificates)
    return _SASL[settings.kafka_mechanism](
        username=settings.kafka_user,
        password=settings.kafka_password.get_secret_value(),
        ssl_context=certificates,
    )


def _knows_us(settings: ServiceSettings) -> bool:
    return settings.kafka_security in (KafkaSecurity.SASL_PLAINTEXT, KafkaSecurity.SASL_SSL)


def _certificates(settings: ServiceSettings) -> ssl.SSLContext | None:
    if settings.kafka_security not in (KafkaSecurity.SSL, KafkaSecurity.SASL_SSL):
        return None
    return ssl.create_default_context(cafile=settings.kafka_ca_file)
