"""Representations in PostgreSQL: what waits for one, and searching those that are there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from services.matcher.adapters.postgres_codec import (
    CAPABILITY,
    NEED,
    capability_from,
    digest_of,
    need_from,
    rows_as_bytes,
    stems_as_arrays,
    vector_as_text,
)
from services.matcher.application.store_ports import CapabilitySheet, Count, NeedSheet
from services.matcher.domain.capability import Capability
from services.matcher.domain.need import Need
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.vectors import Vector

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

WAITING_NEEDS = """
from need t left join need_representation r using (need_id)
where t.is_open and (r.digest is distinct from t.digest or r.model is distinct from $1)
"""
WAITING_CAPABILITIES = """
from capability t left join capability_representation r using (capability_id)
where t.standing <> 'retired'
  and (r.digest is distinct from t.digest or r.model is distinct from $1)
"""
NEXT_NEEDS = f"select t.content {WAITING_NEEDS} order by t.marked_at, t.need_id limit $2"
NEXT_CAPABILITIES = f"select t.content {WAITING_CAPABILITIES} order by t.capability_id limit $2"
COUNT_NEEDS = f"select count(*) {WAITING_NEEDS}"
COUNT_CAPABILITIES = f"select count(*) {WAITING_CAPABILITIES}"
KEEP_NEED = """
insert into need_representation (need_id, digest, model, questions, vectors, spans, stems, counts)
select need_id, digest, $3, $4, $5, $6, $7, $8 from need
where need_id = $1 and digest = $2 for key share
on conflict (need_id) do update set
    digest = excluded.digest, model = excluded.model, questions = excluded.questions,
    vectors = excluded.vectors, spans = excluded.spans, stems = excluded.stems,
    counts = excluded.counts
"""
KEEP_CAPABILITY = """
insert into capability_representation (capability_id, digest, model, whole, vectors, stems, counts)
select capability_id, digest, $3, $4::text::vector, $5, $6, $7 from capability
where capability_id = $1 and digest = $2 for key share
on conflict (capability_id) do update set
    digest = excluded.digest, model = excluded.model, whole = excluded.whole,
    vectors = excluded.vectors, stems = excluded.stems, counts = excluded.counts
"""
THE_NEED = """
select n.organisation_id, n.version, n.marked, n.content, r.*
from need n join need_representation r using (need_id)
where n.need_id = $1 and r.digest = n.digest and r.model = $2
"""
REPRESENTED = """
from capability c join capability_representation r using (capability_id)
where c.standing <> 'retired' and r.digest = c.digest and r.model = $1
"""
# Exact: tens of thousands are searched in milliseconds, and an approximate index would lose some.
NEAR = f"""
select capability_id {REPRESENTED}
order by r.whole <#> $2::text::vector, capability_id limit $3
"""
SHARING = f"""
select capability_id {REPRESENTED} and r.stems && $2::text[]
order by cardinality(array(select unnest(r.stems) intersect select unnest($2))) desc,
         capability_id limit $3
"""
THESE = f"""
select c.version, c.content, r.* {REPRESENTED} and capability_id = any($2::uuid[])
order by capability_id
"""


class PostgresWaiting:
    """What waits to be represented, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def needs(self, model: str, *, at_most: int) -> list[Need]:
        """Open needs without a current representation."""
        rows = await self._connection.fetch(NEXT_NEEDS, model, at_most)
        return [NEED.validate_json(row["content"]) for row in rows]

    async def capabilities(self, model: str, *, at_most: int) -> list[Capability]:
        """Capabilities, retired ones apart, without a current representation."""
        rows = await self._connection.fetch(NEXT_CAPABILITIES, model, at_most)
        return [CAPABILITY.validate_json(row["content"]) for row in rows]

    async def keep_needs(self, done: Sequence[NeedRepresentation]) -> None:
        """Keep representations, unless the text has changed since."""
        rows = [
            (
                UUID(one.need.need_id),
                digest_of(one.need),
                one.version,
                len(one.question_vectors),
                rows_as_bytes(one.whole, one.question_vectors, one.span_vectors),
                list(one.spans),
                *stems_as_arrays(one.stems),
            )
            for one in done
        ]
        await self._connection.executemany(KEEP_NEED, rows)

    async def keep_capabilities(self, done: Sequence[CapabilityRepresentation]) -> None:
        """Keep representations, unless the text has changed since."""
        rows = [
            (
                UUID(one.capability.capability_id),
                digest_of(one.capability),
                one.version,
                vector_as_text(one.whole),
                rows_as_bytes(one.whole, one.part_vectors),
                *stems_as_arrays(one.stems),
            )
            for one in done
        ]
        await self._connection.executemany(KEEP_CAPABILITY, rows)

    async def count(self, model: str) -> Count:
        """How many wait."""
        needs = await self._connection.fetchval(COUNT_NEEDS, model)
        return Count(needs, await self._connection.fetchval(COUNT_CAPABILITIES, model))


class PostgresLibrary:
    """Searching what is represented, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def need(self, need_id: UUID, model: str) -> NeedSheet | None:
        """A represented need, open or not."""
        row = await self._connection.fetchrow(THE_NEED, need_id, model)
        if row is None:
            return None
        return NeedSheet(
            need_from(dict(row)), row["organisation_id"], row["version"], row["marked"]
        )

    async def near(self, vector: Vector, model: str, *, at_most: int) -> list[UUID]:
        """The capabilities whose whole is nearest to a centred vector, nearest first."""
        rows = await self._connection.fetch(NEAR, model, vector_as_text(vector), at_most)
        return [row["capability_id"] for row in rows]

    async def sharing(self, stems: Sequence[str], model: str, *, at_most: int) -> list[UUID]:
        """The capabilities that share most of some stems."""
        rows = await self._connection.fetch(SHARING, model, stems, at_most)
        return [row["capability_id"] for row in rows]

    async def capabilities(self, ids: Sequence[UUID], model: str) -> list[CapabilitySheet]:
        """The represented ones among these, in the order of their ids."""
        rows = await self._connection.fetch(THESE, model, ids)
        return [CapabilitySheet(capability_from(dict(row)), row["version"]) for row in rows]
