"""Telling: events are rows first, in the transaction of the work that caused them."""

import json
import time
from typing import TYPE_CHECKING

from shared.contracts.event import Event, Tombstone
from shared.contracts.wire import Headers, Message, encode
from shared.runtime.erasure import Ledger
from shared.runtime.tracing import say_told, with_trace

if TYPE_CHECKING:
    from shared.runtime.postgres import Connection

PUT = """
insert into outbox (event_id, topic, key, headers, value) values ($1, $2, $3, $4, $5)
on conflict (event_id) do nothing
"""
INSERTED = "INSERT 0 1"


class PostgresOutbox:
    """The outbox as a table of this service's database."""

    def __init__(self, connection: "Connection") -> None:
        """Write in the transaction that `connection` is in."""
        self._connection = connection

    async def put(self, event: Event | Tombstone) -> None:
        """Tell an event once; telling the same id again changes nothing.

        A tombstone removes what was told of its key before.
        """
        began_ns = time.time_ns()
        if isinstance(event, Tombstone):
            await Ledger(self._connection).write(event)
        message = await with_trace(event, encode(event), self._connection)
        done = await self._connection.execute(
            PUT,
            event.id,
            message.topic,
            message.key,
            headers_as_json(message.headers),
            message.value,
        )
        if done == INSERTED:
            say_told(event, message, began_ns)


def headers_as_json(headers: Headers) -> str:
    """Headers as JSON text; nulls, and bytes that are not UTF-8, come back the same."""
    return json.dumps(
        [
            (name, None if value is None else value.decode("utf-8", "surrogateescape"))
            for name, value in headers
        ]
    )


def headers_from_json(text: str) -> list[tuple[str, bytes | None]]:
    """Headers as Kafka wants them."""
    return [
        (name, None if value is None else value.encode("utf-8", "surrogateescape"))
        for name, value in json.loads(text)
    ]


def message_from_row(row: "dict[str, object]") -> Message:
    """A message as it was stored."""
    headers = tuple(headers_from_json(str(row["headers"])))
    value = row["value"]
    key = row["key"]
    return Message(
        topic=str(row["topic"]),
        key=key if isinstance(key, bytes) else b"",
        headers=headers,
        value=value if isinstance(value, bytes) else None,
    )
