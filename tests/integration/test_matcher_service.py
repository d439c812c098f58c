"""The matcher as a running service: events in, matches out, stopped and started again."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from prometheus_client import generate_latest

from services.matcher import app, commands
from services.matcher.adapters.catalogue import TomlCatalogue
from services.matcher.adapters.shipped import Matching
from services.matcher.settings import MatcherSettings
from shared.contracts.event import Event
from shared.contracts.introductions import Answer
from shared.contracts.matches import MatchProposed
from shared.contracts.topics import MATCHES, Service
from shared.contracts.wire import decode, encode
from shared.runtime.host import Host, open_host
from shared.runtime.kafka import received
from shared.runtime.prepare import provision
from shared.runtime.settings import KafkaProfile
from shared.runtime.supervision import running
from tests.support.builders_matching import RULES, answered, capability_published, need_published
from tests.support.fakes_matching_models import (
    WordEmbedder,
    explain_plainly,
    represent_with,
    score_by_meaning,
    two_subjects,
)

pytestmark = pytest.mark.timeout(60)
NAMES = ("ada", "bob", "cleo", "dan")


def matching() -> Matching:
    return Matching(
        represent_with(WordEmbedder()),
        score_by_meaning(),
        explain_plainly(),
        two_subjects(),
        RULES,
        TomlCatalogue(),
    )


@pytest.fixture
def settings(database_dsn: str, bootstrap: str) -> MatcherSettings:
    return MatcherSettings(
        database_url=database_dsn,
        kafka_bootstrap=bootstrap,
        kafka_profile=KafkaProfile.EMBEDDED,
    )


@asynccontextmanager
async def a_matcher(
    settings: MatcherSettings, with_: Matching | None = None
) -> AsyncGenerator[Host, None]:
    async with open_host(Service.MATCHER, settings, app.MIGRATIONS) as host:
        parts = app.building(settings, with_ or matching())(host)
        async with running(host, parts):
            yield host


class Log:
    """What others write and read."""

    def __init__(self, producer: AIOKafkaProducer, consumer: AIOKafkaConsumer) -> None:
        self._producer, self._consumer = producer, consumer
        self.heard: list[MatchProposed] = []

    async def tell(self, *events: Event) -> None:
        for event in events:
            message = encode(event)
            await self._producer.send_and_wait(
                message.topic,
                key=message.key,
                value=message.value,
                headers=list(message.headers),
            )

    async def until(self, holds: Callable[[list[MatchProposed]], bool]) -> list[MatchProposed]:
        async with asyncio.timeout(30):
            while not holds(self.heard):
                event = decode(received(await self._consumer.getone()))
                if isinstance(event, MatchProposed):
                    self.heard.append(event)
        return self.heard


@pytest.fixture
async def log(bootstrap: str) -> AsyncGenerator[Log]:
    for service in Service:
        await provision(bootstrap, service)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False)
    consumer = AIOKafkaConsumer(
        MATCHES.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    async with producer, consumer:
        yield Log(producer, consumer)


async def test_a_need_is_answered_and_a_decline_after_a_restart_too(
    settings: MatcherSettings, log: Log
) -> None:
    async with a_matcher(settings) as host:
        await log.tell(*(capability_published(name) for name in NAMES), need_published())
        first = list(await log.until(lambda heard: len(heard) >= 3))
        seen = generate_latest(host.metrics.registry).decode()
        assert "passerelle_matcher_embedding_seconds_count" in seen
        assert "passerelle_matcher_match_score_count" in seen
    told = first[0]
    ids = (told.proposal_id, told.need_id, told.capability_id, told.researcher_id)
    await log.tell(answered(ids, Answer.DECLINED))
    async with a_matcher(settings):
        await log.until(lambda heard: len({event.researcher_id for event in heard}) == 4)


async def test_tables_and_topics_can_be_prepared_before(
    settings: MatcherSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PASSERELLE_KAFKA_BOOTSTRAP", settings.kafka_bootstrap)
    for _ in range(2):
        assert await asyncio.to_thread(commands.main, ["prepare"]) == 0
    async with open_host(Service.MATCHER, settings, app.MIGRATIONS) as host:
        assert await host.pool.fetchval("select count(*) from proposal") == 0
