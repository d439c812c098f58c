"""Models, examples and choices in PostgreSQL."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.matcher.adapters.model_document import document_of, model_from
from services.matcher.application.model_ports import (
    BeginModels,
    Choice,
    Deed,
    Example,
    KeptModel,
    ModelDesk,
    Role,
)
from services.matcher.domain.answer import Answer, Outcome
from services.matcher.domain.shadow import Beside
from shared.runtime.replaying import Order, begin

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.runtime.postgres import Connection, Database

CHOOSING = 0x6D6F646C
EXAMPLES = """
select proposal_id, need_id, capability_id, outcome, reason, heard_at,
       grounds -> 'match' -> 'inputs' -> 'values' as features,
       (grounds -> 'match' -> 'inputs' ->> 'read')::boolean as read,
       grounds -> 'match' ->> 'model_version' as model_version
from proposal
where outcome is not null and grounds ->> 'feature_set' = $1
order by proposal_id
"""
KEEP = """
insert into model (version, document) values ($1, $2) on conflict do nothing returning true
"""
FIND = "select document from model where version = $1"
ALL = "select version from model order by kept_at, version"
NOW = "select id, version, before from model_choice where role = $1 order by id desc limit 1"
EARLIER = "select id, version, before from model_choice where id = $1"
CHOOSE = """
insert into model_choice (role, version, before, action_id) values ($1, $2, $3, $4)
"""
NOTE = "update operator_action set counts = $2 where id = $1"
COMPARED = """
select beside, needs, correlation, overlap, others, asked
from shadow_comparison where version = $1 order by beside
"""
ADD = """
insert into shadow_comparison as kept
    (version, beside, needs, correlation, overlap, others, asked)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (version, beside) do update set
    needs = kept.needs + excluded.needs, correlation = kept.correlation + excluded.correlation,
    overlap = kept.overlap + excluded.overlap, others = kept.others + excluded.others,
    asked = kept.asked + excluded.asked
"""


class PostgresShelf:
    """Models and examples, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def examples(self, feature_set: str) -> list[Example]:
        """Answered proposals whose features mean this, in the order of their ids."""
        rows = await self._connection.fetch(EXAMPLES, feature_set)
        return [_example(row) for row in rows]

    async def keep(self, model: KeptModel) -> bool:
        """Whether it was not there yet."""
        return bool(await self._connection.fetchval(KEEP, model.version, document_of(model)))

    async def find(self, version: str) -> KeptModel | None:
        """A model that can be read.

        Raises:
            UnreadableModelError: It is there, and cannot be.
        """
        document = await self._connection.fetchval(FIND, version)
        return None if document is None else model_from(version, document)

    async def all(self) -> list[str]:
        """The versions of all models, oldest first."""
        return [row["version"] for row in await self._connection.fetch(ALL)]

    async def compared(self, version: str) -> Mapping[str, Beside]:
        """How it did in the shadow, by the version that was in use."""
        rows = await self._connection.fetch(COMPARED, version)
        return {row["beside"]: _mean(row) for row in rows}

    async def add_comparison(self, version: str, beside: str, found: Beside) -> None:
        """Add what was seen of a model in the shadow."""
        sums = (found.correlation * found.needs, found.overlap * found.needs)
        await self._connection.execute(
            ADD, version, beside, found.needs, *sums, found.others, found.asked
        )


class PostgresChoices:
    """Who chose which model, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def hold(self) -> None:
        """Wait until nobody else chooses: until the end of the transaction."""
        await self._connection.execute("select pg_advisory_xact_lock($1)", CHOOSING)

    async def now(self, role: Role) -> Choice:
        """The choice that counts."""
        row = await self._connection.fetchrow(NOW, role.value)
        return Choice(**row) if row else Choice()

    async def earlier(self, choice_id: int) -> Choice:
        """A choice made before."""
        row = await self._connection.fetchrow(EARLIER, choice_id)
        return Choice(**row) if row else Choice()

    async def choose(self, role: Role, choice: Choice, *, action_id: int) -> None:
        """Let another count from now on."""
        await self._connection.execute(CHOOSE, role.value, choice.version, choice.before, action_id)

    async def note(self, deed: Deed, outcome: str) -> int:
        """Write down what is done; returns the number of the record."""
        order = Order(deed.who, deed.why, deed.what, deed.asked)
        action_id = (await begin(self._connection, order)).id
        if action_id is None:
            raise LookupError(deed.what)
        await self._connection.execute(NOTE, action_id, json.dumps({outcome: 1}))
        return action_id


def model_transactions(pool: "Database") -> BeginModels:
    """Opens transactions of its own."""

    @asynccontextmanager
    async def begin_models() -> AsyncGenerator[ModelDesk, None]:
        async with pool.acquire() as connection, connection.transaction():
            yield ModelDesk(PostgresShelf(connection), PostgresChoices(connection))

    return begin_models


def _example(row: "Record") -> Example:
    return Example(
        row["proposal_id"],
        row["need_id"],
        row["capability_id"],
        {name: float(value) for name, value in json.loads(row["features"]).items()},
        row["read"],
        row["model_version"],
        Answer(Outcome(row["outcome"]), row["reason"] or ""),
        row["heard_at"],
    )


def _mean(row: "Record") -> Beside:
    needs = row["needs"]
    return Beside(
        needs, row["correlation"] / needs, row["overlap"] / needs, row["others"], row["asked"]
    )
