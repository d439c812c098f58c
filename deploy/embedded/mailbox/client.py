"""Reading, and breaking, a mailbox that runs as a process of its own."""

import asyncio
import http.client
import json
import time
from dataclasses import dataclass
from typing import cast

from deploy.embedded.mailbox.faults import Fault
from deploy.embedded.mailbox.store import JsonMail
from deploy.embedded.mailbox.web import JsonCompleted


@dataclass(frozen=True, slots=True)
class MailboxClient:
    """The JSON API of a mailbox."""

    port: int

    async def mails(self, *, to: str = "") -> list[JsonMail]:
        """The mails, newest first: all, or those delivered to this address."""
        mails = cast("list[JsonMail]", await self._ask("GET", "/api/mails"))
        return [mail for mail in mails if not to or to in mail["to"]]

    async def wait_for(
        self, *, to: str = "", count: int = 1, subject: str = "", within_s: float = 20
    ) -> list[JsonMail]:
        """The mails to this address, with this in their subject, as soon as there are so many."""
        deadline = time.monotonic() + within_s
        while True:
            found = [mail for mail in await self.mails(to=to) if subject in mail["subject"]]
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                wanted = f"{count} mail(s) to {to or 'anyone'} about {subject or 'anything'}"
                raise TimeoutError(f"{wanted}: there are {len(found)} after {within_s} s")
            await asyncio.sleep(0.1)

    async def plan(self, fault: Fault) -> None:
        """Make the next mails fail (the mailbox must run with --may-fail)."""
        planned = {"kind": fault.kind, "times": fault.times, "to": fault.to}
        await self._ask("POST", "/api/faults", planned)

    async def recover(self) -> None:
        """Forget the faults still planned."""
        await self._ask("DELETE", "/api/faults")

    async def completed(self) -> list[JsonCompleted]:
        """Every mail whose body came in whole since the mailbox started, with what was replied."""
        return cast("list[JsonCompleted]", await self._ask("GET", "/api/completed"))

    async def _ask(self, method: str, path: str, body: object = None) -> object:
        return await asyncio.to_thread(self._ask_and_wait, method, path, body)

    def _ask_and_wait(self, method: str, path: str, body: object) -> object:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise ConnectionError(f"{method} {path}: {answer.status}")
        return json.loads(content) if content else None
