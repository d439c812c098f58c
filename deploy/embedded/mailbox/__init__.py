"""A local mailbox: takes every mail by SMTP, keeps it in a folder and shows it on a web page.

async with Mailbox(folder) as mailbox:          # or: python -m deploy.embedded.mailbox --help
    mailbox.faults.add(Fault(FaultKind.REFUSE_RECIPIENT, times=1))
    ... send to 127.0.0.1, mailbox.smtp_port ...
    mailbox.mails(to="ana@example.org")[0].subject
    mailbox.completed[0].reply                   # what the server said after the body, if it did
"""

from deploy.embedded.mailbox.faults import Envelope, Fault, FaultKind, Faults
from deploy.embedded.mailbox.mailbox import Mailbox
from deploy.embedded.mailbox.sink import Completed
from deploy.embedded.mailbox.store import Mail, Store

__all__ = ["Completed", "Envelope", "Fault", "FaultKind", "Faults", "Mail", "Mailbox", "Store"]
