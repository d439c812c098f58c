"""Models of a running matcher: real events in, operators' commands, and who is asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from prometheus_client import generate_latest

from services.matcher import commands
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.settings import MatcherSettings
from shared.contracts.introductions import Answer, DeclineReason
from shared.contracts.matches import MatchProposed
from shared.runtime.host import Host
from tests.integration.test_matcher_service import Log, a_matcher, log, settings
from tests.support.builders_matching import answered, capability_published, need_published
from tests.support.builders_represented import a_need

__all__ = ["log", "settings"]

pytestmark = pytest.mark.timeout(300)
WHO = ("--who", "ada", "--why", "the answers say so")
OFFERS = {
    "ada": "Fer et manganèse dans l'eau des puits",
    "bob": "Traitement de l'eau potable des villages",
    "cleo": "Eaux souterraines, forages et puits",
    "dan": "Le goût de l'eau du robinet",
}
Typed = Callable[..., Awaitable[str]]


@pytest.fixture(scope="module")
def shipped() -> Matching:
    matching = shipped_matching()
    matching.represent.needs([a_need()], quoting=False)  # its first text takes seconds
    return matching


@pytest.fixture
def typed(
    settings: MatcherSettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Typed:
    """Types a command, and gives what it prints."""
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", settings.database_url)

    async def type_it(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        got = await asyncio.to_thread(commands.main, list(arguments))
        captured = capsys.readouterr()
        assert got == code, captured.err
        return captured.out + captured.err

    return type_it


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await holds():
            await asyncio.sleep(0.05)


async def heard(host: Host, answers: int) -> None:
    async def all_kept() -> bool:
        query = "select count(*) from proposal where outcome is not null"
        return bool(await host.pool.fetchval(query) >= answers)

    await until(all_kept)


async def uses(host: Host, version: str, *, role: str = "active") -> None:
    """Wait until a running process says that it uses a model."""

    async def says_so() -> bool:
        wanted = f'passerelle_matcher_model_in_use_count{{model="{version}",role="{role}"}} 1.0'
        return wanted in generate_latest(host.metrics.registry).decode()

    await until(says_so)


def choice(asked: list[MatchProposed]) -> set[str]:
    return {str(event.capability_id) for event in asked}


def ids_of(event: MatchProposed) -> tuple:  # type: ignore[type-arg]  # four ids
    return event.proposal_id, event.need_id, event.capability_id, event.researcher_id


async def asked_about(log: Log, name: str) -> list[MatchProposed]:
    need = need_published(name)

    def mine(heard: list[MatchProposed]) -> list[MatchProposed]:
        return [event for event in heard if event.need_id == need.need_id]

    await log.tell(need)
    return mine(await log.until(lambda heard: len(mine(heard)) >= 3))


async def test_a_running_matcher_learns_is_given_a_model_and_gets_its_old_one_back(
    settings: MatcherSettings, log: Log, typed: Typed, shipped: Matching
) -> None:
    many = {"max_open": 50, "max_per_month": 50}
    offers = [capability_published(n, title=title, **many) for n, title in OFFERS.items()]
    declined, reason = Answer.DECLINED, DeclineReason.OUT_OF_FIELD
    async with a_matcher(settings, shipped) as host, a_matcher(settings, shipped) as replica:
        await log.tell(*offers)
        first = [event for name in ("well", "tap") for event in await asked_about(log, name)]
        assert {event.model_version for event in first} == {shipped.model_version}
        assert "no answer teaches anything yet" in await typed("models", "train", *WHO, code=1)
        for event in first:
            fits = event.capability_id == first[0].capability_id
            told = (Answer.ACCEPTED, None) if fits else (declined, reason)
            await log.tell(answered(ids_of(event), *told))
        await heard(host, answers=6)

        page = await typed("models", "train", *WHO)
        version = page.split()[1]
        assert version.startswith("answers-")
        assert "2 fit" in page
        assert "held out" in page
        assert "The rule is against it" in page
        assert "answers that teach" in await typed("models", "promote", version, *WHO, code=1)
        await typed("models", "shadow", version, *WHO)
        for process in (host, replica):
            await uses(process, version, role="shadow")
        in_shadow = await asked_about(log, "spring")
        assert {event.model_version for event in in_shadow} == {shipped.model_version}
        assert choice(in_shadow) == choice(first[:3])

        async def compared() -> bool:
            return "rank correlation" in await typed("models", "show", version)

        await until(compared)
        await typed("models", "shadow", "--stop", *WHO)

        await typed("models", "promote", version, "--force", *WHO)
        for process in (host, replica):
            await uses(process, version)
        promoted = await asked_about(log, "brook")
        assert all(event.model_version.startswith(f"{version}.") for event in promoted)
        assert f"* {version}" in await typed("models", "list")
        need, capability = str(promoted[0].need_id), str(promoted[0].capability_id)
        account = json.loads(await typed("why", need, capability, "--json"))
        now = account["judged"]["verdict"]["match"]["model_version"]
        assert now == promoted[0].model_version

        await typed("models", "rollback", *WHO)
        for process in (host, replica):
            await uses(process, shipped.model_version)
        after = await asked_about(log, "lake")
        assert {event.model_version for event in after} == {shipped.model_version}
