"""The topics on Apache Kafka: swept, described, changed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType


@asynccontextmanager
async def named(bootstrap: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    """An open admin client."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def ours(admin: AIOKafkaAdminClient) -> list[str]:
    return [name for name in await admin.list_topics() if name.startswith("passerelle.")]


async def sweep(bootstrap: str) -> None:
    """Delete Passerelle's topics, and with them what groups had committed."""
    async with named(bootstrap) as admin, asyncio.timeout(20):
        while names := await ours(admin):
            await admin.delete_topics(names)


async def described(bootstrap: str, topic: str) -> dict[str, str]:
    """The settings that hold for a topic, its own and the broker's; a new one is known soon."""
    async with named(bootstrap) as admin, asyncio.timeout(10):
        while True:
            resource = ConfigResource(ConfigResourceType.TOPIC, topic)
            (response,) = await admin.describe_configs([resource])
            ((code, *_, entries),) = response.resources
            if code == 0:
                return {name: value for name, value, *_ in entries}
            await asyncio.sleep(0.05)


async def change(bootstrap: str, topic: str, **settings: str) -> None:
    """Set these, written with _ for a dot; others of the topic fall back to the broker's."""
    configs = {name.replace("_", "."): value for name, value in settings.items()}
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs)
    async with named(bootstrap) as admin:
        (response,) = await admin.alter_configs([resource])
    ((code, message, *_),) = response.resources
    assert code == 0, message
