"""A release of profiles that fails on everything stops reading, and loses nothing but its first."""

from pathlib import Path

import pytest

from deploy.embedded.processes import until
from services.profiles.app import MIGRATIONS, parts
from services.profiles.settings import Settings
from shared.contracts.introductions import ProposalSent, Side
from shared.contracts.topics import Service
from shared.contracts.wire import encode
from shared.runtime.breaker import BUGS_IN_A_ROW
from shared.runtime.host import open_host
from shared.runtime.settings import KafkaProfile
from shared.runtime.supervision import running
from tests.integration.runtime_parts import eventually, send
from tests.support.builders_events import A_MOMENT, an_id
from tests.support.fakes_profiles_site import KEY

pytestmark = pytest.mark.timeout(120)
EVENTS = 30


def proposal_sent(number: int) -> ProposalSent:
    return ProposalSent(
        id=an_id(f"sent/{number}"),
        occurred_at=A_MOMENT,
        proposal_id=an_id(f"proposal/{number}"),
        need_id=an_id(f"need/{number}"),
        capability_id=an_id("capability"),
        researcher_id=an_id("researcher"),
        side=Side.RESEARCH,
    )


async def test_a_faulty_release_stops_reading_until_it_is_mended(
    database_dsn: str, new_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.breaker.PAUSE_S", 3.0)
    monkeypatch.setattr("shared.runtime.consumer.MOST_ATTEMPTS", 2)
    settings = Settings(
        database_url=database_dsn,
        kafka_bootstrap=new_bootstrap,
        kafka_profile=KafkaProfile.EMBEDDED,
        link_keys=(KEY,),
    )
    async with open_host(Service.PROFILES, settings, MIGRATIONS) as host:
        async with running(host, parts(host, settings)):
            await eventually(lambda: host.health.ready)
            # As a release would that was deployed before its migration.
            await host.pool.execute("alter table proposal rename to proposal_later")
            sent = map(proposal_sent, range(EVENTS))
            await send(new_bootstrap, *map(encode, sent))
            await eventually(lambda: not host.health.parts["consumer"])
            dead = "select count(*) from dead_letter"
            assert await host.pool.fetchval(dead) == BUGS_IN_A_ROW
            await host.pool.execute("alter table proposal_later rename to proposal")

            async def all_are_there() -> bool:
                count = await host.pool.fetchval("select count(*) from proposal")
                return bool(count == EVENTS - BUGS_IN_A_ROW)

            assert await until(all_are_there, within_s=30)
            await eventually(lambda: host.health.ready)
            assert await host.pool.fetchval(dead) == BUGS_IN_A_ROW
