"""The broker is spoken to in secret, and only when its certificate is known."""

import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from deploy.embedded.ports import free_ports
from deploy.kafka.rights import rights_of
from shared.contracts.topics import Service
from shared.runtime.host import Parts, open_host
from shared.runtime.supervision import FIRST_WAIT_S, running
from tests.integration.runtime_parts import a_host, at_work, settings_for, tell
from tests.integration.test_runtime_consumer import Reader, a_reader, settled
from tests.integration.test_runtime_outages import failed_at_least
from tests.kafka.test_access import USERS, Become, grant
from tests.kafka.test_limits import drained
from tests.support.apache_kafka.broker import ApacheKafka
from tests.support.apache_kafka.certificate import make_certificate
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(120)
ATTEMPTS = 5
SHORTEST_S = FIRST_WAIT_S / 2 * (1 + 2 + 4 + 8)  # each wait may be twice the one before
UNKNOWN, MISNAMED = "self", "Hostname mismatch"  # "self signed" or "self-signed": by OpenSSL


class Case(NamedTuple):
    """Which certificate is known, by which name the broker is called, why that will not do."""

    knowing: str | None
    name: str
    reason: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ApacheKafka]:
    folder = tmp_path_factory.mktemp("tls")
    certificate = make_certificate(folder / "own")
    make_certificate(folder / "foreign")
    node = ApacheKafka(folder / "kafka", free_ports(1)[0], users=USERS, certificate=certificate)
    async with node:
        await grant(node.bootstrap, *(right for s in Service for right in rights_of(s)))
        yield node


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch, broker: ApacheKafka) -> "BecomeSecretly":
    return BecomeSecretly(monkeypatch, broker)


class BecomeSecretly:
    """Settings from now on are those of a service that knows this certificate, or none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, broker: ApacheKafka) -> None:
        self._set = monkeypatch.setenv
        self._name_and_password = Become(monkeypatch)
        self._certificates = broker.folder.parent

    def __call__(self, service: Service, *, knowing: str | None) -> None:
        self._name_and_password(service)
        self._set("PASSERELLE_KAFKA_SECURITY", "sasl_ssl")
        if knowing:
            self._set("PASSERELLE_KAFKA_CA_FILE", str(self._certificates / knowing / "ca.pem"))


async def test_what_one_service_tells_in_secret_another_one_hears(
    database_dsn: str,
    reader_dsn: str,
    broker: ApacheKafka,
    become: BecomeSecretly,
    tmp_path: Path,
) -> None:
    (tmp_path / "reader").mkdir()
    become(Service.PROFILES, knowing="own")
    async with a_host(database_dsn, broker.encrypted, tmp_path, Service.PROFILES) as writer:
        become(Service.NOTIFIER, knowing="own")
        async with (
            a_reader(reader_dsn, broker.encrypted, tmp_path / "reader", Reader()) as reader,
            at_work(writer, Parts()),
        ):
            await tell(writer, a_need_published("a"))
            await drained(writer)
            await settled(reader, "select count(*) from effect", 1)


@pytest.mark.parametrize(
    "case",
    [
        Case(knowing=None, name="127.0.0.1", reason=UNKNOWN),
        Case(knowing="foreign", name="127.0.0.1", reason=UNKNOWN),
        Case(knowing="own", name="localhost", reason=MISNAMED),
    ],
    ids=["none known", "another one known", "made out to another name"],
)
async def test_a_broker_whose_certificate_is_not_the_known_one_is_not_worked_with(
    database_dsn: str,
    broker: ApacheKafka,
    become: BecomeSecretly,
    caplog: pytest.LogCaptureFixture,
    case: Case,
) -> None:
    become(Service.MATCHER, knowing=case.knowing)
    settings = settings_for(database_dsn, broker.encrypted.replace("127.0.0.1", case.name))
    async with open_host(Service.MATCHER, settings, broker.folder) as host:
        began = time.monotonic()
        async with running(host, Parts()):
            await failed_at_least(host, "tables_and_topics", ATTEMPTS)
            assert time.monotonic() - began > SHORTEST_S
            assert not host.health.ready
    assert f"certificate verify failed: {case.reason}" in caplog.text
    assert "a part failed and is started again" in caplog.text
