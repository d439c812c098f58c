"""A node of Apache Kafka (KRaft, broker and controller in one) that keeps its log."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.embedded.ports import free_ports
from deploy.embedded.processes import Process, StartError, listens, until
from tests.support.apache_kafka.certificate import Certificate
from tests.support.apache_kafka.jars import fetched, missing

CLUSTER_ID = "cGFzc2VyZWxsZS10ZXN0cw"
"""Any 16 bytes."""
_LOGGING = Path(__file__).with_name("log4j2.xml")
_SMALL = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node listens: for clients, and for the other nodes' controllers."""

    node: int
    port: int
    controller: int


@dataclass
class ApacheKafka:
    """One node; alone unless told of others.

    Attributes:
        advertised: The port that clients are sent to, when a proxy stands before this node.
        settings: More lines for server.properties.
        users: Names and passwords (SCRAM-SHA-512); with any, nobody else comes in, and all but the
            first need rights for what they do.
        certificate: With one, `encrypted` is the address of a second listener, which shows it.
    """

    folder: Path
    port: int
    advertised: int = 0
    node: int = 1
    members: Sequence[Place] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    certificate: Certificate | None = None

    def __post_init__(self) -> None:
        self.members = self.members or (Place(self.node, self.port, free_ports(1)[0]),)
        self.bootstrap = f"127.0.0.1:{self.advertised or self.port}"
        self._tls_port = free_ports(1)[0] if self.certificate else 0
        self.encrypted = f"127.0.0.1:{self._tls_port}"
        self._properties = self.folder / "server.properties"
        self._process = Process(
            name=f"kafka-{self.node}",
            command=self._java("kafka.Kafka", str(self._properties)),
            log=self.folder / "kafka.log",
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def process(self) -> Process:
        """The node's process, to freeze it or to see whether it runs."""
        return self._process

    async def start(self) -> None:
        """Start, with what an earlier run has kept, and wait until it answers."""
        await self.format()
        self.begin()
        await self.until_ready()

    async def format(self) -> None:
        """Prepare the folder, the first time."""
        if self._properties.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(
            "".join(f"{name}={value}\n" for name, value in self._server_properties().items())
        )
        scram = [
            part
            for name, password in self.users.items()
            for part in ("--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]")
        ]
        tool = Process(
            name="format",
            command=self._java(
                *("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID),
                *("-c", str(self._properties), *scram),
            ),
            log=self.folder / "format.log",
        )
        tool.start()
        await until(lambda: not tool.is_running, within_s=30)
        await tool.stop()
        if tool.exit_code != 0:
            raise StartError(f"Kafka's folder was not prepared: {tool.last_words()}")

    def begin(self) -> None:
        """Start without waiting until it answers."""
        self._process.start()

    async def until_ready(self) -> None:
        """Wait until it answers."""
        answered = await until(self._answers_or_ended, within_s=60, every_s=0.1)
        if answered and self._process.is_running:
            return
        await self._process.kill()
        raise StartError(f"Kafka did not start: {self._process.last_words(20)}")

    async def stop(self) -> None:
        """Stop in good order."""
        await self._process.stop(within_s=20)

    async def kill(self) -> None:
        """End it at once, as a crash would (SIGKILL)."""
        await self._process.kill()

    async def _answers_or_ended(self) -> bool:
        if not self._process.is_running:
            return True
        return await listens(self.port) and await answers(f"127.0.0.1:{self.port}", self.users)

    def _java(self, *arguments: str) -> list[str]:
        java = shutil.which("java")
        if java is None:
            raise StartError(f"Kafka cannot start: {missing()} not installed.")
        logging = f"-Dlog4j2.configurationFile={_LOGGING}"
        return [java, *_SMALL, logging, "-cp", f"{fetched()}/*", *arguments]

    def _server_properties(self) -> dict[str, str]:
        mine = next(place for place in self.members if place.node == self.node)
        copies = str(min(3, len(self.members)))
        in_sync = str(min(2, len(self.members)))
        voters = (f"{place.node}@127.0.0.1:{place.controller}" for place in self.members)
        properties = {
            "process.roles": "broker,controller",
            "node.id": str(self.node),
            "controller.quorum.voters": ",".join(voters),
            "controller.listener.names": "CONTROLLER",
            "listeners": f"CLIENT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{mine.controller}",
            "advertised.listeners": f"CLIENT://{self.bootstrap}",
            "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "CLIENT",
            "log.dirs": str(self.folder / "data"),
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": "3",
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": in_sync,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": in_sync,
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            # What takes minutes or days on a server, in seconds.
            "broker.session.timeout.ms": "6000",
            "broker.heartbeat.interval.ms": "1000",
            "log.initial.task.delay.ms": "100",
            "log.retention.check.interval.ms": "500",
            "log.segment.delete.delay.ms": "100",
            "log.cleaner.backoff.ms": "200",
            "log.cleaner.dedupe.buffer.size": "4194304",
            **(_closed(self.users) if self.users else {}),
            **self.settings,
        }
        if self.certificate:
            return self.certificate.listening(properties, self._tls_port)
        return properties


def _closed(users: Mapping[str, str]) -> dict[str, str]:
    """Nobody comes in without a password, and only the first user may do all."""
    name, password = next(iter(users.items()))
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return {
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.client.scram-sha-512.sasl.jaas.config": (
            f'{module} required username="{name}" password="{password}";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # The controllers' own listener knows no names.
        "super.users": f"User:{name};User:ANONYMOUS",
    }


async def answers(bootstrap: str, users: Mapping[str, str] | None = None) -> bool:
    """Whether the cluster there lists its topics."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, request_timeout_ms=2000, **credentials(users or {})
    )
    try:
        async with asyncio.timeout(5):
            await admin.start()
            await admin.list_topics()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()
    return True


def credentials(users: Mapping[str, str]) -> dict[str, str]:
    """What a client needs to come in as the first of these users."""
    if not users:
        return {}
    name, password = next(iter(users.items()))
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": name,
        "sasl_plain_password": password,
    }
