"""Links that one service writes and another reads: purposes, paths and lifetimes."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A kind of link: its purpose is signed with it; its path is on the service that reads it."""

    purpose: str
    path: str
    lifetime: timedelta


CONFIRM = LinkKind("confirm", "/confirm/", timedelta(hours=48))
"""On the site; ids: `need` or `capability`."""
PAGE = LinkKind("page", "/mine/", timedelta(days=400))
"""On the site: a party's personal page; no ids."""
MEDIATION = LinkKind("mediation", "/mediation/", timedelta(days=90))
"""On the site: the facilitators' console; the party is a facilitator; no ids."""
ANSWER = LinkKind("answer", "/answer/", timedelta(days=30))
"""On the answer pages; ids: `proposal`."""
UNSUBSCRIBE = LinkKind("unsubscribe", "/unsubscribe/", timedelta(days=400))
"""On the answer pages; no ids."""
