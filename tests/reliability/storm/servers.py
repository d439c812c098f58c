"""What is done to the databases and the broker by those who may reach them without a link."""

import asyncio
from contextlib import suppress

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.embedded.stack import Stack
from shared.contracts.topics import Service, read_by
from shared.runtime.kafka import TIMINGS
from shared.runtime.settings import KafkaProfile

END_SESSIONS = """
select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname = $1 and pid <> pg_backend_pid()
"""
SEND_AGAIN = """
update outbox set published_at = null, partition = null, "offset" = null
where id > (select max(id) from outbox) - $1 and published_at is not null
"""
VISIT_S = 12.0


async def end_sessions(stack: Stack, service: str) -> None:
    """Have PostgreSQL end every session on a service's database."""
    connection = await asyncpg.connect(stack.dsn(service), timeout=10)
    try:
        await connection.execute("set statement_timeout = '5s'")
        await connection.fetchval(END_SESSIONS, service)
    finally:
        await connection.close(timeout=5)


async def send_again(stack: Stack, service: str, last: int) -> None:
    """Have the relay publish its last events again, as after a crash before it marked them."""
    connection = await asyncpg.connect(stack.dsn(service), timeout=10)
    try:
        await connection.execute("set lock_timeout = '3s'")
        with suppress(asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await connection.execute(SEND_AGAIN, last)
    finally:
        await connection.close(timeout=5)


async def rewind(stack: Stack, service: str) -> None:
    """Join a service's group, set back what one is given to the beginning, and leave."""
    timings = TIMINGS[KafkaProfile.EMBEDDED]
    visitor = AIOKafkaConsumer(
        *(topic.name for topic in read_by(Service(service))),
        bootstrap_servers=f"127.0.0.1:{stack.ports.broker}",
        group_id=f"passerelle.{service}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=timings.session_ms,
        heartbeat_interval_ms=timings.heartbeat_ms,
    )
    with suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(VISIT_S):
            await visitor.start()
            if given := visitor.assignment():
                await visitor.commit(dict.fromkeys(given, 0))
    with suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(VISIT_S):
            await visitor.stop()
