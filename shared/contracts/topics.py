"""The log's topics: one writer each, their readers, and the events on them."""

from dataclasses import dataclass
from enum import StrEnum

from shared.contracts import capabilities, contacts, introductions, letters, matches, needs
from shared.contracts.event import Event, type_of


class Service(StrEnum):
    """Who writes and reads the log."""

    PROFILES = "profiles"
    MATCHER = "matcher"
    NOTIFIER = "notifier"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the log.

    Attributes:
        key: The field of the events that is the Kafka key.
        compacted: Each event carries the whole state of its key; otherwise kept 14 days.
        restricted: Carries personal data; its bytes never enter a dead-letter topic.
    """

    name: str
    key: str
    writer: Service
    readers: frozenset[Service]
    events: tuple[type[Event], ...]
    compacted: bool = False
    restricted: bool = False


PARTITIONS = 3
LOG_RETENTION_DAYS = 14
COMPACTION_LAG_DAYS = 7
TOMBSTONE_DAYS = 7
"""A reader away for longer than this may miss an erasure."""

NEEDS = Topic(
    "passerelle.needs",
    "need_id",
    Service.PROFILES,
    frozenset({Service.MATCHER, Service.NOTIFIER}),
    (needs.NeedPublished, needs.NeedClosed),
    compacted=True,
)
CAPABILITIES = Topic(
    "passerelle.capabilities",
    "capability_id",
    Service.PROFILES,
    frozenset({Service.MATCHER, Service.NOTIFIER}),
    (
        capabilities.CapabilityPublished,
        capabilities.CapabilityPaused,
        capabilities.CapabilityRetired,
    ),
    compacted=True,
)
CONTACTS = Topic(
    "passerelle.contacts",
    "party_id",
    Service.PROFILES,
    frozenset({Service.NOTIFIER}),
    (contacts.ContactRecorded,),
    compacted=True,
    restricted=True,
)
LETTERS = Topic(
    "passerelle.letters",
    "party_id",
    Service.PROFILES,
    frozenset({Service.NOTIFIER}),
    (letters.LetterRequested,),
    restricted=True,
)
MATCHES = Topic(
    "passerelle.matches",
    "need_id",
    Service.MATCHER,
    frozenset({Service.NOTIFIER, Service.PROFILES}),
    (matches.NeedRead, matches.MatchProposed, matches.NeedUnmatched),
)
INTRODUCTIONS = Topic(
    "passerelle.introductions",
    "need_id",
    Service.NOTIFIER,
    frozenset({Service.MATCHER, Service.PROFILES}),
    (
        introductions.ProposalSent,
        introductions.ProposalAnswered,
        introductions.ProposalExpired,
        introductions.ProposalSuperseded,
        introductions.ProposalWithdrawn,
        introductions.IntroductionMade,
        introductions.DeliveryFailed,
    ),
)
TOPICS = (NEEDS, CAPABILITIES, CONTACTS, LETTERS, MATCHES, INTRODUCTIONS)
BY_NAME = {topic.name: topic for topic in TOPICS}
EVENTS = {type_of(event): event for topic in TOPICS for event in topic.events}
TOPIC_OF = {type_of(event): topic for topic in TOPICS for event in topic.events}


def dead_letters_of(service: Service) -> str:
    """The topic on which a service tells other tools what it could not use."""
    return f"passerelle.dead-letters.{service}"


def read_by(service: Service) -> tuple[Topic, ...]:
    """The topics that a service reads."""
    return tuple(topic for topic in TOPICS if service in topic.readers)


def written_by(service: Service) -> tuple[Topic, ...]:
    """The topics that a service, and only it, writes."""
    return tuple(topic for topic in TOPICS if topic.writer is service)
