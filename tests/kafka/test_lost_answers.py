"""An answer that gets lost makes no second record: the relay's producer is idempotent on Kafka."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiokafka import TopicPartition

from deploy.embedded.ports import free_ports
from shared.contracts.topics import NEEDS, PARTITIONS, Service
from shared.runtime.host import Parts
from shared.runtime.log_ends import log_ends
from tests.integration.runtime_parts import a_host, at_work, tell
from tests.kafka.test_limits import drained
from tests.support.apache_kafka.broker import ApacheKafka
from tests.support.apache_kafka.lossy import LossyLink
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(120)
TOLD, LOSE = 60, 3


@pytest.fixture
async def link(tmp_path: Path) -> AsyncGenerator[LossyLink]:
    port, node = free_ports(2)
    async with LossyLink(port, node) as link:
        async with ApacheKafka(tmp_path / "kafka", node, advertised=port):
            yield link


async def records_after_losses(dsn: str, link: LossyLink, folder: Path) -> int:
    bootstrap = f"127.0.0.1:{link.port}"
    async with a_host(dsn, bootstrap, folder, Service.PROFILES) as host:
        async with at_work(host, Parts()):
            await tell(host, a_need_published("first"))
            await drained(host)
            link.lose = LOSE
            await tell(host, *(a_need_published(f"{number}") for number in range(TOLD)))
            await drained(host)
    assert link.lost == LOSE
    partitions = [TopicPartition(NEEDS.name, number) for number in range(PARTITIONS)]
    return sum((await log_ends(bootstrap, dict.fromkeys(partitions, 0))).values())


async def test_what_kafka_took_without_our_knowing_is_not_written_again(
    database_dsn: str, link: LossyLink, tmp_path: Path
) -> None:
    assert await records_after_losses(database_dsn, link, tmp_path) == 1 + TOLD


async def test_without_idempotence_the_same_losses_make_duplicates(
    database_dsn: str, link: LossyLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERELLE_KAFKA_PROFILE", "embedded")
    assert await records_after_losses(database_dsn, link, tmp_path) > 1 + TOLD
