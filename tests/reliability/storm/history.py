"""What is left after a storm, as data: all that the checkers look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.reliability.storm.told import Said


@dataclass(frozen=True, slots=True)
class Told:
    """A row of an outbox.

    Attributes:
        number: Its place in the outbox.
        version: Of what the key stands for; 0 where order is that of the outbox.
        body: The event's data; empty for an erasure.
        born: Seconds since the storm began.
    """

    service: str
    number: int
    id: UUID
    topic: str
    key: str
    type: str
    version: int
    body: Mapping[str, object]
    published: bool
    born: float

    @property
    def line(self) -> tuple[str, str]:
        """What its version counts: a key's states, or the facts about one proposal."""
        return self.topic, self.ref("proposal_id") or self.key

    def ref(self, name: str) -> str:
        """A field of its data as text."""
        return str(self.body.get(name, ""))


@dataclass(frozen=True, slots=True)
class Record:
    """A message on the log, as a reader of everything saw it.

    Attributes:
        life: Which of the broker's lives; it forgets all at the end of each.
        marks: Whose marks it shows.
    """

    life: int
    topic: str
    partition: int
    offset: int
    id: UUID
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Thing:
    """A need, capability or party as one service has it."""

    id: UUID
    version: int
    status: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal as the matcher has it."""

    id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID
    state: str
    at: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as the notifier has it; answers as said so far, held ones too."""

    id: UUID
    need_id: UUID
    capability_id: UUID
    researcher_id: UUID
    organisation_id: UUID
    stage: str
    research: str
    need_side: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A proposal as profiles shows it to people."""

    id: UUID
    research: str
    need_side: str
    introduced: bool
    over: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail as the notifier keeps it."""

    id: UUID
    kind: str
    about: UUID
    recipient_id: UUID
    step: int
    state: str
    waits: bool
    possible_duplicate: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that arrived."""

    id: UUID
    to: str
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Caps:
    """What a researcher allows."""

    open: int = 2
    month: int = 3


@dataclass(frozen=True, slots=True)
class Matcher:
    """The matcher's tables."""

    needs: Mapping[UUID, Thing] = field(default_factory=dict)
    capabilities: Mapping[UUID, Thing] = field(default_factory=dict)
    caps: Mapping[UUID, Caps] = field(default_factory=dict)
    proposals: Sequence[Asked] = ()
    looked_at: frozenset[UUID] = frozenset()
    """Needs that wait for nothing: everyone free was asked, or they are on watch."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """The notifier's tables."""

    needs: Mapping[UUID, Thing] = field(default_factory=dict)
    capabilities: Mapping[UUID, Thing] = field(default_factory=dict)
    parties: Mapping[UUID, Thing] = field(default_factory=dict)
    proposals: Mapping[UUID, Proposal] = field(default_factory=dict)
    deliveries: Mapping[UUID, Delivery] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profiles:
    """The tables of profiles."""

    needs: Mapping[UUID, Thing] = field(default_factory=dict)
    capabilities: Mapping[UUID, Thing] = field(default_factory=dict)
    parties: Mapping[UUID, Thing] = field(default_factory=dict)
    marks: Mapping[UUID, str] = field(default_factory=dict)
    """The mark of each party."""
    progress: Mapping[UUID, Progress] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """Everything.

    Attributes:
        lives: When each of the broker's lives began, in seconds since the storm did.
        logged: Marks found in what the services wrote to their logs.
        unsettled: What was still on its way when waiting ended, one sentence each.
    """

    outbox: Sequence[Told] = ()
    records: Sequence[Record] = ()
    lives: Sequence[float] = (0.0,)
    inbox: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    profiles: Profiles = field(default_factory=Profiles)
    matcher: Matcher = field(default_factory=Matcher)
    notifier: Notifier = field(default_factory=Notifier)
    mails: Sequence[Mail] = ()
    said: Sequence[Said] = ()
    tried: frozenset[Said] = frozenset()
    logged: frozenset[str] = frozenset()
    unsettled: Sequence[str] = ()
