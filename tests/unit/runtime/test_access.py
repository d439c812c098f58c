"""How a service comes in at the broker, from its settings."""

import pytest
from faststream.security import SASLPlaintext, SASLScram512
from pydantic import ValidationError

from shared.runtime.access import access_of, security_of
from shared.runtime.settings import ServiceSettings

WORD = "for the broker only"


def settings(**changed: str) -> ServiceSettings:
    return ServiceSettings.model_validate({"database_url": "postgresql://db/x", **changed})


def test_a_broker_is_open_unless_said_otherwise() -> None:
    assert access_of(settings()) == {"security_protocol": "PLAINTEXT", "ssl_context": None}
    assert not security_of(settings()).use_ssl


def test_with_sasl_both_clients_give_the_same_name_and_password() -> None:
    closed = settings(kafka_security="sasl_ssl", kafka_user="Matcher", kafka_password=WORD)
    access, security = access_of(closed), security_of(closed)
    assert isinstance(security, SASLScram512)
    assert (access["security_protocol"], access["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert access["sasl_plain_username"] == security.username == "Matcher"
    assert access["sasl_plain_password"] == security.password == WORD
    assert access["ssl_context"] is not None
    assert security.use_ssl


def test_another_mechanism_can_be_chosen() -> None:
    plain = settings(
        kafka_security="sasl_plaintext",
        kafka_mechanism="PLAIN",
        kafka_user="a",
        kafka_password=WORD,
    )
    assert isinstance(security_of(plain), SASLPlaintext)
    assert not security_of(plain).use_ssl


def test_sasl_without_an_account_is_refused() -> None:
    with pytest.raises(ValidationError, match="sasl needs an account"):
        settings(kafka_security="sasl_ssl")


def test_a_password_is_never_shown() -> None:
    closed = settings(kafka_security="sasl_ssl", kafka_user="a", kafka_password=WORD)
    assert WORD not in repr(closed)
