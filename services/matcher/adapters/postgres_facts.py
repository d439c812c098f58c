"""What others told, in PostgreSQL."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.matcher.adapters.postgres_codec import capability_as_json, digest_of, need_as_json
from services.matcher.application.store_ports import (
    HeardCapability,
    HeardNeed,
    Kept,
    ProposalNews,
)
from services.matcher.application.tell_matches import told_as
from services.matcher.domain.answer import Answer, Outcome
from services.matcher.domain.proposal import ProposalState, after
from shared.contracts.topics import MATCHES

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.runtime.postgres import Connection

KEEP_NEED = """
insert into need (need_id, organisation_id, version, is_open, content, digest)
select $1, $2, $3, $4, $5, $6 where not exists (select from erased where id = $1)
on conflict (need_id) do update set
    organisation_id = excluded.organisation_id, version = excluded.version,
    is_open = excluded.is_open, content = excluded.content, digest = excluded.digest
where need.version < excluded.version
returning true
"""
KEEP_CAPABILITY = """
insert into capability (capability_id, researcher_id, version, standing, paused_until, max_open,
                        max_per_month, content, digest)
select $1, $2, $3, $4, $5, $6, $7, $8, $9 where not exists (select from erased where id = $1)
on conflict (capability_id) do update set
    researcher_id = excluded.researcher_id, version = excluded.version,
    standing = excluded.standing, paused_until = excluded.paused_until,
    max_open = excluded.max_open, max_per_month = excluded.max_per_month,
    content = excluded.content, digest = excluded.digest
where capability.version < excluded.version
returning exists (
    select from capability_representation r
    where r.capability_id = $1 and r.digest = $9 and r.model = $10
)
"""
KNOWN_PROPOSAL = """
select state, outcome, reason from proposal where proposal_id = $1 for update
"""
ADD_PROPOSAL = """
insert into proposal (proposal_id, need_id, capability_id, researcher_id, wave, state,
                      proposed_at, silent_at)
values ($1, $2, $3, $4, 0, $5, $6, $7) on conflict (proposal_id) do nothing
returning true
"""
MOVE_PROPOSAL = """
update proposal set state = $2, silent_at = coalesce($3, silent_at) where proposal_id = $1
"""
ERASE = "insert into erased (id) values ($1) on conflict do nothing"
# Without its grounds an answer teaches nothing: it is not kept for one that came from elsewhere.
KEEP_ANSWER = """
update proposal set outcome = $2, reason = $3, heard_at = clock_timestamp()
where proposal_id = $1 and grounds is not null
"""
FORGET_NEED_GROUNDS = """
update proposal set grounds = null, outcome = null, reason = null, heard_at = null
where need_id = $1
"""
FORGET_NEED_MESSAGES = "delete from outbox where topic = $1 and key = $2"
FORGET_CAPABILITY_GROUNDS = """
update proposal set grounds = null, outcome = null, reason = null, heard_at = null
where capability_id = $1 returning proposal_id
"""
FORGET_MESSAGES = "delete from outbox where event_id = any($1::uuid[])"
WITHDRAW = """
update proposal set state = 'withdrawn' where capability_id = $1 and state = 'open'
returning need_id
"""


class PostgresFacts:
    """What others told, in one transaction."""

    def __init__(self, connection: "Connection") -> None:
        """Work in the transaction that `connection` is in."""
        self._connection = connection

    async def keep_need(self, heard: HeardNeed) -> bool:
        """Whether it was news."""
        return bool(
            await self._connection.fetchval(
                KEEP_NEED,
                UUID(heard.need.need_id),
                heard.organisation_id,
                heard.version,
                heard.is_open,
                need_as_json(heard.need),
                digest_of(heard.need),
            )
        )

    async def keep_capability(self, heard: HeardCapability, *, model: str) -> Kept:
        """Whether it was news, and whether its representation by `model` still holds."""
        represented = await self._connection.fetchval(
            KEEP_CAPABILITY,
            UUID(heard.capability.capability_id),
            heard.researcher_id,
            heard.version,
            heard.standing.value,
            heard.paused_until,
            heard.max_open,
            heard.max_per_month,
            capability_as_json(heard.capability),
            digest_of(heard.capability),
            model,
        )
        if represented is None:
            return Kept.NOTHING
        return Kept.READY if represented else Kept.TO_REPRESENT

    async def keep_proposal(self, news: ProposalNews) -> bool:
        """Whether the proposal's state changed; one never heard of is added."""
        silent_at = news.at if news.silent else None
        known = await self._connection.fetchrow(KNOWN_PROPOSAL, news.proposal_id)
        if known is None:
            ids = (news.proposal_id, news.need_id, news.capability_id, news.researcher_id)
            state = news.state.value
            return bool(
                await self._connection.fetchval(ADD_PROPOSAL, *ids, state, news.at, silent_at)
            )
        if news.answer is not None:
            await self._keep_answer(news.proposal_id, news.answer, known)
        state = after(ProposalState(known["state"]), news.state)
        if state == known["state"]:
            return False
        await self._connection.execute(MOVE_PROPOSAL, news.proposal_id, state.value, silent_at)
        return True

    async def _keep_answer(self, proposal_id: UUID, told: Answer, known: "Record") -> None:
        before = Answer(Outcome(known["outcome"]), known["reason"]) if known["outcome"] else None
        stays = told.more_telling(before) if before else told
        if stays != before:
            await self._connection.execute(
                KEEP_ANSWER, proposal_id, stays.outcome.value, stays.reason
            )

    async def forget_need(self, need_id: UUID) -> None:
        """Remove its texts and vectors everywhere, for ever."""
        await self._connection.execute(ERASE, need_id)
        await self._connection.execute("delete from need where need_id = $1", need_id)
        await self._connection.execute(FORGET_NEED_GROUNDS, need_id)
        key = str(need_id).encode()
        await self._connection.execute(FORGET_NEED_MESSAGES, MATCHES.name, key)

    async def forget_capability(self, capability_id: UUID) -> list[UUID]:
        """The same, and withdraw its open proposals; returns the needs that lose one."""
        await self._connection.execute(ERASE, capability_id)
        await self._connection.execute(
            "delete from capability where capability_id = $1", capability_id
        )
        rows = await self._connection.fetch(FORGET_CAPABILITY_GROUNDS, capability_id)
        messages = [told_as(row["proposal_id"]) for row in rows]
        await self._connection.execute(FORGET_MESSAGES, messages)
        return [row["need_id"] for row in await self._connection.fetch(WITHDRAW, capability_id)]
