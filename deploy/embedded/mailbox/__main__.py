"""Run the mailbox: `python -m deploy.embedded.mailbox --folder FOLDER`."""

import argparse
import asyncio
import signal
from pathlib import Path

from deploy.embedded.mailbox.mailbox import Mailbox


async def main() -> None:
    """Take mails until told to stop."""
    parser = argparse.ArgumentParser(prog="mailbox", description="A mail server that keeps all.")
    parser.add_argument("--smtp-port", type=int, default=1025)
    parser.add_argument("--web-port", type=int, default=8025)
    parser.add_argument("--folder", type=Path, required=True, help="where the mails are kept")
    parser.add_argument("--may-fail", action="store_true", help="open /api/faults, for tests")
    chosen = parser.parse_args()
    stop = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, stop.set)
    async with Mailbox(
        chosen.folder,
        smtp_port=chosen.smtp_port,
        web_port=chosen.web_port,
        may_fail=chosen.may_fail,
    ) as mailbox:
        print(f"mail to 127.0.0.1:{mailbox.smtp_port}, read on {mailbox.url}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
