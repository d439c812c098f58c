"""A Kafka that was restarted goes on where it was, and so do writers and readers."""

from pathlib import Path

import pytest

from deploy.embedded.ports import free_ports
from shared.contracts.topics import NEEDS, Service
from shared.runtime.host import Host, Parts
from tests.integration.runtime_parts import a_host, at_work, tell
from tests.integration.test_runtime_consumer import Reader, a_reader, settled
from tests.kafka.test_limits import drained
from tests.kafka.topics import caught_up, everything
from tests.support.apache_kafka.broker import ApacheKafka
from tests.support.builders_events import a_need_published

pytestmark = pytest.mark.timeout(150)
EFFECTS = "select count(*) from effect"


def duplicates(host: Host) -> float:
    name, labels = "passerelle_notifier_consumed_events_total", {"topic": NEEDS.name}
    seen = host.metrics.registry.get_sample_value
    assert seen(name, {**labels, "outcome": "applied"})
    return seen(name, {**labels, "outcome": "duplicate"}) or 0


async def test_after_a_stop_and_after_a_crash_nothing_is_told_or_heard_twice(
    database_dsn: str, reader_dsn: str, tmp_path: Path
) -> None:
    (tmp_path / "reader").mkdir()
    told = 0
    async with ApacheKafka(tmp_path / "kafka", free_ports(1)[0]) as kafka:
        for end in (kafka.stop, kafka.kill, None):
            async with (
                a_host(database_dsn, kafka.bootstrap, tmp_path, Service.PROFILES) as writer,
                a_reader(reader_dsn, kafka.bootstrap, tmp_path / "reader", Reader()) as reader,
                at_work(writer, Parts()),
            ):
                await tell(writer, *(a_need_published(f"{told + n}") for n in range(10)))
                told += 10
                await drained(writer)
                await settled(reader, EFFECTS, told)
                await caught_up(kafka.bootstrap, Service.NOTIFIER, NEEDS.name)
                if end is not None:
                    await end()
                    await kafka.start()
                await tell(writer, a_need_published(f"{told}"))
                told += 1
                await drained(writer)
                await settled(reader, EFFECTS, told)
                await caught_up(kafka.bootstrap, Service.NOTIFIER, NEEDS.name)
                assert duplicates(reader) == 0
        assert len(await everything(kafka.bootstrap, NEEDS.name)) == told
