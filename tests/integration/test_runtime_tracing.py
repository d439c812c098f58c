"""A trace goes through outbox and log with what an event is about; off, nothing is kept of it."""

from uuid import UUID

import pytest

from shared.contracts.event import Event, Tombstone
from shared.contracts.letters import LetterKind, LetterRequested
from shared.contracts.needs import NeedPublished
from shared.contracts.topics import NEEDS
from shared.contracts.wire import Message, decode, encode
from shared.runtime.outbox import PostgresOutbox, message_from_row
from shared.runtime.postgres import Connection
from shared.runtime.tracing import HEADER, apply_traced, current_trace_id, trace_id_in, traced
from tests.support.builders_events import A_MOMENT, a_need_published, a_proposal_sent, an_id

FORM, CLICK = "a" * 32, "b" * 32
NEED = a_need_published("traced")
LETTER = LetterRequested(
    id=an_id("letter"),
    occurred_at=A_MOMENT,
    party_id=an_id("party"),
    kind=LetterKind.CONFIRM_ADDRESS,
    language="fr",
    subject_id=NEED.need_id,
)
SENT = a_proposal_sent(NEED.need_id, name="sent")


async def told(connection: Connection) -> dict[UUID, Message]:
    rows = await connection.fetch("select * from outbox")
    return {row["event_id"]: message_from_row(dict(row)) for row in rows}


async def traces(connection: Connection) -> dict[UUID, str | None]:
    messages = await told(connection)
    carried = {one: dict(m.headers).get(HEADER) or b"" for one, m in messages.items()}
    return {one: trace_id_in(value.decode()) for one, value in carried.items()}


async def test_what_is_told_about_a_need_stays_in_the_trace_of_its_form(
    connection: Connection,
) -> None:
    outbox = PostgresOutbox(connection)
    with traced(FORM):
        await outbox.put(LETTER)
    with traced(CLICK):
        await outbox.put(NEED)
    with traced(None):
        await outbox.put(SENT)
    assert await traces(connection) == {LETTER.id: FORM, NEED.id: FORM, SENT.id: FORM}


async def test_an_event_told_again_is_the_same_span_and_reads_as_before(
    connection: Connection,
) -> None:
    with traced(FORM):
        await PostgresOutbox(connection).put(NEED)
        first = (await told(connection))[NEED.id]
        await PostgresOutbox(connection).put(NEED)
    assert (await told(connection))[NEED.id] == first
    assert dict(first.headers)[HEADER] == f"00-{FORM}-{NEED.id.hex[:16]}-01".encode()
    assert decode(first) == NEED


async def test_what_follows_from_an_event_is_in_its_trace_at_once_and_later(
    connection: Connection,
) -> None:
    message = with_header(encode(NEED), f"00-{FORM}-b7ad6b7169203331-01".encode())
    seen: list[str | None] = []

    async def apply(event: Event | Tombstone, on: Connection) -> None:
        seen.append(current_trace_id())
        await PostgresOutbox(on).put(SENT)

    with traced(None):
        await apply_traced(apply, NEED, message, connection)
        await PostgresOutbox(connection).put(NEED)
    assert seen == [FORM]
    assert await traces(connection) == {SENT.id: FORM, NEED.id: FORM}


@pytest.mark.parametrize("value", [None, b"", b"nonsense", b"\xff", b"00-" + b"0" * 32])
async def test_a_message_without_a_valid_trace_is_applied_in_none(
    connection: Connection, value: bytes | None
) -> None:
    async def apply(event: Event | Tombstone, on: Connection) -> None:
        assert current_trace_id() is None
        await PostgresOutbox(on).put(event)

    with traced(None):
        await apply_traced(apply, NEED, with_header(encode(NEED), value), connection)
    assert await traces(connection) == {NEED.id: None}


async def test_without_tracing_nothing_is_carried_or_kept(connection: Connection) -> None:
    message = with_header(encode(NEED), f"00-{FORM}-b7ad6b7169203331-01".encode())

    async def apply(event: Event | Tombstone, on: Connection) -> None:
        assert isinstance(event, NeedPublished)
        await PostgresOutbox(on).put(event)

    await apply_traced(apply, NEED, message, connection)
    assert (await told(connection))[NEED.id] == encode(NEED)
    assert await connection.fetchval("select count(*) from trace") == 0


async def test_an_erasure_carries_the_trace_of_whoever_asked(connection: Connection) -> None:
    gone = Tombstone(topic=NEEDS.name, key=NEED.key, id=an_id("erasure"), occurred_at=A_MOMENT)
    with traced(CLICK):
        await PostgresOutbox(connection).put(gone)
    assert await traces(connection) == {gone.id: CLICK}


def with_header(message: Message, value: bytes | None) -> Message:
    return Message(message.topic, message.key, (*message.headers, (HEADER, value)), message.value)
