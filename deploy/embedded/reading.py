"""Telling how far the matcher is with reading the capabilities: a minute, the first time."""

import asyncio
import http.client
import itertools
import re

from deploy.embedded.stack import Stack

_WAITING = re.compile(
    r'^passerelle_matcher_waiting_representations_rows\{kind="capability"\} (\S+)$', re.MULTILINE
)
_LOOK_EVERY_S, _LOOKS_FOR_NOTHING = 5.0, 4


async def report_reading(stack: Stack) -> None:
    """Say it every few seconds until all are read; nothing when there is nothing to read."""
    seen = False
    for look in itertools.count():
        waiting = await asyncio.to_thread(still_to_read, stack.ports.matcher)
        if waiting:
            seen = True
            stack.say(f"the matcher reads the capabilities: {waiting} to go")
        elif waiting == 0 and seen:
            stack.say("the matcher has read them all")
            return
        elif look >= _LOOKS_FOR_NOTHING and not seen:
            return
        await asyncio.sleep(_LOOK_EVERY_S)


def still_to_read(port: int) -> int | None:
    """How many capabilities wait to be read; None while the matcher does not say."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/metrics")
        found = _WAITING.search(connection.getresponse().read().decode())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return int(float(found[1])) if found else None
