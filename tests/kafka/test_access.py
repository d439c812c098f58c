"""One account a service at the broker, with its rights and no more."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import CreateAclsRequest

from deploy.embedded.ports import free_ports
from deploy.kafka.rights import Right, rights_of
from shared.contracts.contacts import ContactRecorded
from shared.contracts.topics import CONTACTS, NEEDS, Service
from shared.runtime.host import Parts
from shared.runtime.prepare import provision
from tests.integration.runtime_parts import a_host, at_work, tell
from tests.integration.test_runtime_consumer import Reader, a_reader, settled
from tests.kafka.test_limits import drained
from tests.support.apache_kafka.broker import ApacheKafka, answers, credentials
from tests.support.builders_events import a_need_published
from tests.support.builders_notifier import organisation_contact

pytestmark = pytest.mark.timeout(120)
USERS = {"admin": "secret", **{service.value: f"{service}-secret" for service in Service}}
OPERATIONS = {"Read": 3, "Write": 4, "Create": 5}
RESOURCES = {"topic": 2, "group": 3}
LITERAL = ALLOW = 3


def as_user(name: str) -> dict[str, str]:
    return credentials({name: USERS[name]})


async def grant(bootstrap: str, *rights: Right) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **as_user("admin"))
    await admin.start()
    try:
        for right in rights:
            request = CreateAclsRequest(
                RESOURCES[right.resource],
                right.name,
                LITERAL,
                f"User:{right.service}",
                "*",
                OPERATIONS[right.operation],
                ALLOW,
            )
            response = await admin._send_request(request)
            assert all(code == 0 for code, _ in response.creation_responses)
    finally:
        await admin.close()


@pytest.fixture
async def closed(tmp_path: Path) -> AsyncGenerator[str]:
    node = ApacheKafka(tmp_path / "kafka", free_ports(1)[0], users=USERS)
    async with node:
        yield node.bootstrap


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> "Become":
    return Become(monkeypatch)


class Become:
    """Settings from now on are those of a service on a closed broker."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._set = monkeypatch.setenv

    def __call__(self, service: Service) -> None:
        self._set("PASSERELLE_KAFKA_SECURITY", "sasl_plaintext")
        self._set("PASSERELLE_KAFKA_USER", service)
        self._set("PASSERELLE_KAFKA_PASSWORD", USERS[service])


async def test_each_service_can_do_its_work_with_its_rights_and_nothing_else(
    database_dsn: str, reader_dsn: str, closed: str, become: Become, tmp_path: Path
) -> None:
    (tmp_path / "reader").mkdir()
    await grant(closed, *(right for service in Service for right in rights_of(service)))
    contact = organisation_contact()
    assert isinstance(contact, ContactRecorded)
    become(Service.PROFILES)
    async with a_host(database_dsn, closed, tmp_path, Service.PROFILES) as writer:
        become(Service.NOTIFIER)
        async with (
            a_reader(reader_dsn, closed, tmp_path / "reader", Reader()) as reader,
            at_work(writer, Parts()),
        ):
            await tell(writer, a_need_published("a"), contact)
            await drained(writer)
            await settled(reader, "select count(*) from effect", 2)
        async with at_work(writer, Parts()):  # reads the ends of its own topics first
            await tell(writer, a_need_published("b"))
            await drained(writer)

    matcher = as_user("matcher")
    snoop = AIOKafkaConsumer(CONTACTS.name, bootstrap_servers=closed, **matcher)
    with pytest.raises(TopicAuthorizationFailedError):
        await snoop.start()
        await snoop.getone()
    await snoop.stop()
    async with AIOKafkaProducer(bootstrap_servers=closed, **matcher) as forger:
        with pytest.raises(TopicAuthorizationFailedError):
            await forger.send_and_wait(NEEDS.name, b"forged", key=b"k")


async def test_a_service_that_may_not_create_topics_is_content_when_they_are_there(
    database_dsn: str, closed: str, become: Become, tmp_path: Path
) -> None:
    rights = rights_of(Service.MATCHER)
    await grant(closed, *(right for right in rights if right.operation != "Create"))
    become(Service.MATCHER)
    with pytest.raises(TopicAuthorizationFailedError):
        async with a_host(database_dsn, closed, tmp_path, Service.MATCHER):
            pass
    await provision(closed, Service.MATCHER, as_user("admin"))  # type: ignore[arg-type]
    async with a_host(database_dsn, closed, tmp_path, Service.MATCHER) as host:
        async with at_work(host, Parts()):
            assert host.health.ready


async def test_nobody_comes_in_with_a_wrong_password_or_none(closed: str) -> None:
    assert not await answers(closed)
    assert not await answers(closed, {"matcher": "guessed"})
    producer = AIOKafkaProducer(bootstrap_servers=closed, **credentials({"matcher": "guessed"}))
    with pytest.raises(KafkaError):
        await producer.start()
    await producer.stop()
    assert await answers(closed, {"matcher": USERS["matcher"]})
