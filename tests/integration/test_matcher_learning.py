"""Learning from answers on a real database: examples, promotion, rollback, shadow."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from services.matcher.adapters import models_in_use
from services.matcher.adapters.models_in_use import ChosenModels
from services.matcher.adapters.postgres_models import model_transactions
from services.matcher.app import MIGRATIONS
from services.matcher.application.choose_model import ChooseModel, Order, RefusedError
from services.matcher.application.learn_from_answers import LearnFromAnswers
from services.matcher.application.model_ports import Choice, Deed, KeptModel, Role
from services.matcher.domain.shadow import Beside
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from tests.support.builders_matching import (
    NOON,
)
from tests.support.builders_models import (
    NO_TIME,
    RULE,
    a_learner,
    an_example,
    answers_that_agree,
)
from tests.support.fakes_matching_models import score_by_meaning
from tests.support.keeping_models import keep_answered

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

pytestmark = pytest.mark.timeout(120)
ADA = Order("ada", "the answers say so")
FEATURES = "features-1"
EMPTIED = """
truncate capability, need, proposal, erased, outbox, model, model_choice, shadow_comparison,
    operator_action cascade
"""


@pytest.fixture
async def pool(module_database_dsn: str) -> AsyncGenerator["Database"]:
    async with open_pool(module_database_dsn, most=8) as opened:
        await migrate(opened, MIGRATIONS)
        await opened.execute(EMPTIED)
        yield opened


@pytest.fixture
def always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models_in_use, "LOOK_EVERY_S", 0.0)


def a_process(pool: "Database", *, feature_set: str = FEATURES) -> ChosenModels:
    return ChosenModels(pool, score_by_meaning(), feature_set, {})


def choosing(pool: "Database") -> ChooseModel:
    return ChooseModel(model_transactions(pool), RULE, "shipped-1", FEATURES)


async def trained(pool: "Database", *, prior_answers: float = 20) -> KeptModel:
    learner = a_learner(prior_answers=prior_answers)
    return await LearnFromAnswers(model_transactions(pool), learner, lambda: NOON)("ada", "weekly")


async def audited(pool: "Database") -> list[tuple[str, str]]:
    rows = await pool.fetch("select what, counts::text as counts from operator_action order by id")
    return [(row["what"], next(iter(json.loads(row["counts"])))) for row in rows]


async def test_only_answers_whose_features_mean_the_same_are_learned_from(
    pool: "Database",
) -> None:
    await keep_answered(pool, answers_that_agree(2), feature_set="of another release")
    with pytest.raises(RefusedError, match="no answer teaches"):
        await trained(pool)
    await keep_answered(pool, [an_example("busy", "ada", NO_TIME)])
    with pytest.raises(RefusedError, match="no answer teaches"):
        await trained(pool)
    assert await audited(pool) == []


@pytest.mark.usefixtures("always_looks")
async def test_a_promoted_model_is_used_by_every_process_and_rolled_back(pool: "Database") -> None:
    processes = [a_process(pool), a_process(pool)]
    await keep_answered(pool, answers_that_agree(12))
    model = await trained(pool)
    assert [(await one.now()).version for one in processes] == ["meaning-1"] * 2
    assert await choosing(pool).promote(model.version, ADA) == []
    for one in processes:
        in_use = await one.now()
        assert in_use.version == model.version
        assert in_use.score.scorer.version.startswith(f"{model.version}.")
        assert in_use.unusable == ()
    assert await choosing(pool).roll_back(ADA) == "shipped-1"
    assert [(await one.now()).version for one in processes] == ["meaning-1"] * 2
    with pytest.raises(RefusedError, match="nothing to roll back"):
        await choosing(pool).roll_back(ADA)
    assert await audited(pool) == [
        ("models train", "kept"),
        ("models promote", "promoted"),
        ("models rollback", "rolled back"),
    ]


async def test_rolling_back_goes_one_promotion_back_each_time(pool: "Database") -> None:
    choose = choosing(pool)
    await keep_answered(pool, answers_that_agree(12))
    first = await trained(pool)
    await choose.promote(first.version, ADA)
    await keep_answered(pool, answers_that_agree(16)[24:])
    second = await trained(pool)
    await choose.promote(second.version, ADA, force=True)
    assert await choose.roll_back(ADA) == first.version
    assert await choose.roll_back(ADA) == "shipped-1"


async def test_a_model_that_does_worse_is_refused_and_forced_only_with_a_record(
    pool: "Database",
) -> None:
    await keep_answered(pool, answers_that_agree(4))
    model = await trained(pool)
    with pytest.raises(RefusedError, match="8 answers that teach; 10 are needed"):
        await choosing(pool).promote(model.version, ADA)
    async with model_transactions(pool)() as desk:
        assert await desk.shelf.all() == [model.version]
    passed_over = await choosing(pool).promote(model.version, ADA, force=True)
    assert len(passed_over) == 2
    asked = json.loads(await pool.fetchval("select asked from operator_action order by id desc"))
    assert asked == {"version": model.version, "force": True, "objections": passed_over}
    assert [what for what in await audited(pool) if what[0] == "models promote"] == [
        ("models promote", "refused"),
        ("models promote", "promoted"),
    ]


async def test_of_two_promotions_at_once_one_wins(pool: "Database") -> None:
    await keep_answered(pool, answers_that_agree(12))
    one = await trained(pool, prior_answers=20)
    other = await trained(pool, prior_answers=30)
    assert one.version != other.version
    done = await asyncio.gather(
        *(choosing(pool).promote(model.version, ADA) for model in (one, other)),
        return_exceptions=True,
    )
    refused = [error for error in done if isinstance(error, RefusedError)]
    assert len(refused) == 1
    assert "is in use: train again" in str(refused[0])
    assert await pool.fetchval("select count(*) from model_choice") == 1


async def test_who_promotes_waits_for_who_is_choosing_and_sees_what_was_chosen(
    pool: "Database",
) -> None:
    await keep_answered(pool, answers_that_agree(12))
    one = await trained(pool, prior_answers=20)
    other = await trained(pool, prior_answers=30)
    waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    async with model_transactions(pool)() as desk:
        await desk.choices.hold()
        promoting = asyncio.create_task(choosing(pool).promote(one.version, ADA))
        async with asyncio.timeout(20):
            while not (promoting.done() or await pool.fetchval(waits)):
                await asyncio.sleep(0.01)
        action_id = await desk.choices.note(Deed("bob", "first", "models promote", {}), "promoted")
        first = Choice(version=other.version)
        await desk.choices.choose(Role.ACTIVE, first, action_id=action_id)
    with pytest.raises(RefusedError, match="is in use: train again"):
        await promoting


async def test_training_again_on_the_same_answers_keeps_one_model(pool: "Database") -> None:
    await keep_answered(pool, answers_that_agree(12))
    first, again = await trained(pool), await trained(pool)
    assert first.version == again.version
    assert await audited(pool) == [("models train", "kept"), ("models train", "known before")]
    await choosing(pool).promote(first.version, ADA)
    with pytest.raises(RefusedError, match="in use already"):
        await choosing(pool).promote(first.version, ADA)


@pytest.mark.usefixtures("always_looks")
@pytest.mark.parametrize("wrong", ["changed by hand", "of another format", "of other features"])
async def test_a_promoted_model_that_cannot_be_used_leaves_the_shipped_one(
    pool: "Database", caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    await keep_answered(pool, answers_that_agree(12))
    model = await trained(pool)
    await choosing(pool).promote(model.version, ADA)
    change = {"changed by hand": {"prior_answers": 1}, "of another format": {"format": 2}}
    document = await pool.fetchval("select document from model")
    await pool.execute(
        "update model set document = $1",
        json.dumps({**json.loads(document), **change.get(wrong, {})}),
    )
    features = "features-2" if wrong == "of other features" else FEATURES
    chosen = a_process(pool, feature_set=features)
    with caplog.at_level(logging.WARNING):
        in_use = [await chosen.now() for _ in range(3)][-1]
    assert (in_use.version, in_use.unusable) == ("meaning-1", (model.version,))
    assert [record.message for record in caplog.records] == ["model cannot be used"]
    if features == FEATURES:
        with pytest.raises(RefusedError):
            await choosing(pool).promote(model.version, ADA, force=True)
        again = await trained(pool)
        assert again.held_out
        assert again.held_out.beside == "shipped-1"


@pytest.mark.usefixtures("always_looks")
async def test_a_model_in_the_shadow_is_compared_and_never_used(pool: "Database") -> None:
    await keep_answered(pool, answers_that_agree(12))
    model = await trained(pool)
    chosen = a_process(pool)
    await choosing(pool).shadow(model.version, ADA)
    in_use = await chosen.now()
    assert in_use.version == "meaning-1"
    assert in_use.shadow
    assert in_use.shadow.version == model.version
    for overlap in (1.0, 0.5):
        found = Beside(1, correlation=0.5, overlap=overlap, others=1, asked=3)
        await chosen.keep_comparison(found, in_use, in_use.shadow)
    async with model_transactions(pool)() as desk:
        assert await desk.shelf.compared(model.version) == {
            "meaning-1": Beside(2, correlation=0.5, overlap=0.75, others=2, asked=6)
        }
    await choosing(pool).promote(model.version, ADA)
    assert (await chosen.now()).shadow is None
    await choosing(pool).roll_back(ADA)
    await choosing(pool).shadow(None, ADA)
    assert (await chosen.now()).shadow is None


async def test_a_model_that_nobody_knows_is_refused(pool: "Database") -> None:
    for refused in (
        choosing(pool).promote("answers-1.none", ADA, force=True),
        choosing(pool).shadow("answers-1.none", ADA),
    ):
        with pytest.raises(RefusedError, match="there is no model"):
            await refused
    elsewhere = replace(choosing(pool), feature_set="features-2")
    await keep_answered(pool, answers_that_agree(12))
    with pytest.raises(RefusedError, match="something else in this release"):
        await elsewhere.promote((await trained(pool)).version, ADA, force=True)


async def test_choices_are_looked_at_every_few_seconds_only(pool: "Database") -> None:
    await keep_answered(pool, answers_that_agree(12))
    model, chosen = await trained(pool), a_process(pool)
    before = await chosen.now()
    await choosing(pool).promote(model.version, ADA)
    assert (await chosen.now()) is before
