"""Which fault comes when: drawn from a seed, before anything runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from typing_extensions import override

from deploy.embedded.mailbox.faults import FaultKind
from deploy.embedded.stack import SERVICES

CALM_S = 2.0
"""Nothing fails in the first seconds."""
PAUSE_S = (1.2, 3.4)


class Kind(StrEnum):
    """What can go wrong."""

    KILL = "kill -9"
    STOP = "SIGTERM"
    FREEZE = "SIGSTOP"
    FAILPOINT = "failpoint"
    BROKER_EMPTY = "broker restarts empty"
    BROKER_FROZEN = "broker frozen"
    SESSIONS = "sessions ended"
    POSTGRES_STOP = "PostgreSQL stopped"
    POSTGRES_CRASH = "PostgreSQL killed"
    CUT = "link cut"
    SLOW = "link slow"
    LOSES = "answers lost"
    SILENT = "link silent"
    MAIL = "mail fails"
    AGAIN = "sent again"
    REWIND = "read again"
    PREPARE = "prepare"
    REBUILD = "rebuild"


REPLICAS = tuple(name for service in SERVICES for name in (service, f"{service}-2"))
LINKS = ("broker", "profiles-db", "matcher-db", "notifier-db", "smtp")
READS = ("relay.after_send", "consumer.before_commit", "consumer.after_commit")
PLACES: Mapping[str, Sequence[str]] = {
    "profiles": READS,
    "matcher": (*READS, "represent.after_commit", "propose.after_commit"),
    "notifier": (
        *READS,
        *("mail.after_claim", "mail.before_data", "mail.after_body", "mail.after_accept"),
    ),
}
MAIL_FAULTS = (
    FaultKind.DROP_ON_MAIL,
    FaultKind.DEFER_RECIPIENT,
    FaultKind.DEFER_BODY,
    FaultKind.DROP_AFTER_BODY,
)
TARGETS: Mapping[Kind, Sequence[str]] = {
    Kind.KILL: REPLICAS,
    Kind.STOP: REPLICAS,
    Kind.FREEZE: REPLICAS,
    Kind.FAILPOINT: REPLICAS,
    Kind.BROKER_EMPTY: ("broker",),
    Kind.BROKER_FROZEN: ("broker",),
    Kind.SESSIONS: SERVICES,
    Kind.POSTGRES_STOP: ("postgres",),
    Kind.POSTGRES_CRASH: ("postgres",),
    Kind.CUT: LINKS,
    Kind.SLOW: LINKS,
    Kind.LOSES: LINKS,
    Kind.SILENT: LINKS,
    Kind.MAIL: MAIL_FAULTS,
    Kind.AGAIN: SERVICES,
    Kind.REWIND: SERVICES,
    Kind.PREPARE: SERVICES,
    Kind.REBUILD: ("matcher", "notifier"),
}
LASTS_S: Mapping[Kind, tuple[float, float]] = {
    Kind.KILL: (0.0, 3.0),
    Kind.STOP: (0.0, 2.0),
    Kind.FREEZE: (3.5, 9.0),
    Kind.BROKER_EMPTY: (0.0, 3.0),
    Kind.BROKER_FROZEN: (10.5, 13.0),  # longer than a request may take
    Kind.POSTGRES_STOP: (0.0, 3.0),
    Kind.POSTGRES_CRASH: (0.0, 1.0),
    Kind.CUT: (1.0, 13.0),  # at times longer than a request may take
    Kind.SLOW: (3.0, 8.0),
    Kind.LOSES: (2.0, 6.0),
    Kind.SILENT: (3.0, 7.0),
}
DECK = (*Kind, Kind.KILL, Kind.KILL, Kind.FREEZE, Kind.FAILPOINT, Kind.MAIL)


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault to come.

    Attributes:
        at_s: From the beginning of the storm.
        lasts_s: Until it is over, or what ended starts again.
        detail: The failpoint, or how many mails or events.
    """

    at_s: float
    kind: Kind
    target: str
    lasts_s: float
    detail: str = ""

    @override
    def __str__(self) -> str:
        lasts = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.at_s:6.1f} s  {self.kind}: {self.target}{detail}{lasts}"


def plan(seed: int, seconds: float) -> list[Planned]:
    """The faults of a storm: every kind comes before any comes for the third time."""
    dice = Random(seed)
    planned: list[Planned] = []
    deck: list[Kind] = []
    at_s = CALM_S + dice.uniform(*PAUSE_S)
    while at_s < seconds:
        if not deck:
            deck = dice.sample(DECK, k=len(DECK))
        planned.append(_drawn(deck.pop(), at_s, dice))
        at_s += dice.uniform(*PAUSE_S)
    return planned


def _drawn(kind: Kind, at_s: float, dice: Random) -> Planned:
    target = dice.choice(TARGETS[kind])
    least_s, most_s = LASTS_S.get(kind, (0.0, 0.0))
    detail = ""
    if kind is Kind.FAILPOINT:
        service = target.partition("-")[0]
        detail = f"{dice.choice(PLACES[service])}:{dice.randint(1, 3)}"
    elif kind in (Kind.MAIL, Kind.AGAIN):
        detail = str(dice.randint(1, 3) if kind is Kind.MAIL else dice.randint(1, 60))
    return Planned(round(at_s, 2), kind, target, round(dice.uniform(least_s, most_s), 2), detail)
