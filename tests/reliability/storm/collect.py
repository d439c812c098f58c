"""Gathering what a storm left: tables, log, mailbox, and what the services wrote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from deploy.embedded.stack import SERVICES, Stack
from shared.runtime.outbox import message_from_row
from tests.reliability.storm.characters import marks_in
from tests.reliability.storm.history import (
    Asked,
    Caps,
    Delivery,
    Mail,
    Matcher,
    Notifier,
    Profiles,
    Progress,
    Proposal,
    Thing,
    Told,
)
from tests.reliability.storm.post import Post

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Session = Connection[Record]

OUTBOX = "select *, extract(epoch from created_at)::float8 as born from outbox order by id"
MATCHER_NEEDS = """
select need_id as id, version, case when is_open then 'open' else 'over' end as status,
       not is_open or look_again_at is not null as looked_at
from need
"""
MATCHER_CAPABILITIES = """
select capability_id as id, version, standing as status, researcher_id, max_open, max_per_month
from capability
"""
THINGS = "select id, version, '' as status from {table}"
OWN = "select id, version, status from {table}"


@dataclass(frozen=True, slots=True)
class Collector:
    """Reads the databases directly, not through a link."""

    stack: Stack
    began: float

    async def outbox(self) -> list[Told]:
        """What every service told."""
        told: list[Told] = []
        for service in SERVICES:
            rows = await self._rows(service, OUTBOX)
            told.extend(self._told(service, row) for row in rows)
        return told

    async def inbox(self) -> dict[str, frozenset[UUID]]:
        """What every service heard."""
        heard = {}
        for service in SERVICES:
            rows = await self._rows(service, "select event_id from inbox")
            heard[service] = frozenset(row["event_id"] for row in rows)
        return heard

    async def profiles(self) -> Profiles:
        """The tables of profiles."""
        parties = await self._rows("profiles", "select * from party")
        progress = await self._rows("profiles", "select * from proposal")
        return Profiles(
            needs=await self._things("profiles", OWN.format(table="need")),
            capabilities=await self._things("profiles", OWN.format(table="capability")),
            parties={row["id"]: Thing(row["id"], row["version"]) for row in parties},
            marks={row["id"]: mark for row in parties for mark in marks_in(row["contact"])},
            progress={row["id"]: _progress(row) for row in progress},
        )

    async def matcher(self, told: list[Told]) -> Matcher:
        """The matcher's tables; when a proposal was made is when it was told."""
        needs = await self._rows("matcher", MATCHER_NEEDS)
        capabilities = await self._rows("matcher", MATCHER_CAPABILITIES)
        born = {row.ref("proposal_id"): row.born for row in told if row.service == "matcher"}
        proposals = await self._rows("matcher", "select * from proposal")
        return Matcher(
            needs={row["id"]: _thing(row) for row in needs},
            capabilities={row["id"]: _thing(row) for row in capabilities},
            caps={
                row["researcher_id"]: Caps(row["max_open"], row["max_per_month"])
                for row in capabilities
            },
            proposals=[_asked(row, born) for row in proposals],
            looked_at=frozenset(row["id"] for row in needs if row["looked_at"]),
        )

    async def notifier(self) -> Notifier:
        """The notifier's tables."""
        proposals = await self._rows("notifier", "select * from proposal")
        deliveries = await self._rows("notifier", "select * from delivery")
        return Notifier(
            needs=await self._things("notifier", THINGS.format(table="need")),
            capabilities=await self._things("notifier", THINGS.format(table="capability")),
            parties=await self._things("notifier", THINGS.format(table="party")),
            proposals={row["id"]: _proposal(row) for row in proposals},
            deliveries={row["id"]: _delivery(row) for row in deliveries},
        )

    def mails(self, post: Post) -> list[Mail]:
        """What arrived, copies and all."""
        return [Mail(mail.id, mail.to, mail.marks) for mail in post.look()]

    def logged(self, names: list[str]) -> frozenset[str]:
        """Marks in what the services wrote."""
        logs = (self.stack.log(name).read_text("utf-8", "replace") for name in names)
        return frozenset(mark for log in logs for mark in marks_in(log))

    async def _things(self, service: str, query: str) -> dict[UUID, Thing]:
        return {row["id"]: _thing(row) for row in await self._rows(service, query)}

    async def _rows(self, service: str, query: str) -> "list[Record]":
        connection: Session = await asyncpg.connect(self.stack.dsn(service), timeout=10)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    def _told(self, service: str, row: "Record") -> Told:
        message = message_from_row(dict(row))
        headers = {name: (value or b"").decode() for name, value in message.headers}
        body = json.loads(message.value) if message.value is not None else {}
        return Told(
            service=service,
            number=row["id"],
            id=row["event_id"],
            topic=message.topic,
            key=message.key.decode(errors="replace"),
            type=headers.get("ce_type", ""),
            version=int(headers.get("x-agg-version", 0)),
            body=body if isinstance(body, dict) else {},
            published=row["published_at"] is not None,
            born=row["born"] - self.began,
        )


def _thing(row: "Record") -> Thing:
    return Thing(row["id"], row["version"], row["status"])


def _asked(row: "Record", born: Mapping[str, float]) -> Asked:
    return Asked(
        id=row["proposal_id"],
        need_id=row["need_id"],
        capability_id=row["capability_id"],
        researcher_id=row["researcher_id"],
        state=row["state"],
        at=born.get(str(row["proposal_id"]), 0.0),
    )


def _proposal(row: "Record") -> Proposal:
    return Proposal(
        id=row["id"],
        need_id=row["need_id"],
        capability_id=row["capability_id"],
        researcher_id=row["researcher_id"],
        organisation_id=row["organisation_id"],
        stage=row["stage"],
        research=_register(row["research"]),
        need_side=_register(row["need_side"]),
    )


def _register(stored: str) -> str:
    register: dict[str, Any] = json.loads(stored)
    held = register.get("held")
    return str(held["answer"] if held else register["state"])


def _progress(row: "Record") -> Progress:
    return Progress(
        row["id"],
        row["research_answer"],
        row["need_answer"],
        introduced=row["introduced_at"] is not None,
        over=row["over"],
    )


def _delivery(row: "Record") -> Delivery:
    return Delivery(
        id=row["id"],
        kind=row["kind"],
        about=row["about"],
        recipient_id=row["recipient_id"],
        step=row["step"],
        state=row["state"],
        waits=row["due_at"] is not None,
        possible_duplicate=row["possible_duplicate"],
    )
