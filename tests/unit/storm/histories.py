"""A small history in which all is well; a test breaks one thing of it."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from tests.reliability.storm.history import (
    Asked,
    Caps,
    Delivery,
    History,
    Mail,
    Matcher,
    Notifier,
    Profiles,
    Progress,
    Proposal,
    Record,
    Thing,
    Told,
)
from tests.reliability.storm.told import Deed, Said
from tests.support.builders_events import an_id

NEED, OFFER, PROPOSAL = an_id("need"), an_id("offer"), an_id("proposal")
ORGANISATION, RESEARCHER = an_id("organisation"), an_id("researcher")
ASKING, WILLING = an_id("mail/asking"), an_id("mail/willing")
INTRODUCED, INTRODUCED_TOO = an_id("mail/introduced"), an_id("mail/introduced too")
LETTER, CONFIRMING = an_id("letter"), an_id("mail/confirming")
OURS, THEIRS = "zorgaaaaix", "bluraaaaix"
THEMSELVES = {"proposal_id": str(PROPOSAL), "need_id": str(NEED), "researcher_id": str(RESEARCHER)}


def told(name: str, number: int, key: UUID, **more: object) -> Told:
    """An event of the usual story: its name says topic and type."""
    topic, _, kind = name.partition("/")
    service = {"matches": "matcher", "introductions": "notifier"}.get(topic, "profiles")
    usual = Told(
        service=service,
        number=number,
        id=an_id(f"{name}/{number}"),
        topic=f"passerelle.{topic}",
        key=str(key),
        type=kind,
        version=0,
        body={},
        published=True,
        born=float(number),
    )
    return replace(usual, **more)  # type: ignore[arg-type]  # a builder's fields are of any type


OUTBOX = (
    told("contacts/contact.recorded.v1", 1, ORGANISATION, version=1),
    told(
        "letters/letter.requested.v1",
        2,
        ORGANISATION,
        id=LETTER,
        body={"kind": "confirm_address", "subject_id": str(NEED)},
    ),
    told("contacts/contact.recorded.v1", 3, ORGANISATION, version=2),
    told("needs/need.published.v1", 4, NEED, version=2),
    told("capabilities/capability.published.v1", 5, OFFER, version=1),
    told("matches/match.proposed.v1", 6, NEED, body=THEMSELVES),
    told("introductions/proposal.sent.v1", 7, NEED, version=1, body=THEMSELVES),
    told("introductions/proposal.answered.v1", 8, NEED, version=2, body=THEMSELVES),
    told("introductions/introduction.made.v1", 9, NEED, version=3, body=THEMSELVES),
)
READ_BY = {
    "profiles": ("matches", "introductions"),
    "matcher": ("needs", "capabilities", "introductions"),
    "notifier": ("needs", "capabilities", "contacts", "letters", "matches"),
}


def on_the_log(outbox: tuple[Told, ...], *, life: int = 1) -> tuple[Record, ...]:
    """The records of these events, in this order, each topic one partition."""
    return tuple(
        Record(life, row.topic, 0, offset, row.id) for offset, row in enumerate(outbox, start=1)
    )


def a_delivery(
    mail_id: UUID, kind: str, recipient_id: UUID, about: UUID = PROPOSAL, **more: object
) -> Delivery:
    usual = Delivery(
        id=mail_id,
        kind=kind,
        about=about,
        recipient_id=recipient_id,
        step=1,
        state="accepted",
        waits=False,
        possible_duplicate=False,
    )
    return replace(usual, **more)  # type: ignore[arg-type]  # a builder's fields are of any type


DELIVERIES = (
    a_delivery(CONFIRMING, "confirm_address", ORGANISATION, LETTER),
    a_delivery(ASKING, "proposal", RESEARCHER),
    a_delivery(WILLING, "team_willing", ORGANISATION),
    a_delivery(INTRODUCED, "introduction", RESEARCHER),
    a_delivery(INTRODUCED_TOO, "introduction", ORGANISATION),
)
ADDRESS = {ORGANISATION: OURS, RESEARCHER: THEIRS}
MAILS = tuple(
    Mail(
        delivery.id,
        f"courrier@{ADDRESS[delivery.recipient_id]}.example.org",
        frozenset(ADDRESS.values()) if delivery.kind == "introduction" else frozenset(),
    )
    for delivery in DELIVERIES
)
SAID = (
    Said(Deed.SENT_NEED, NEED),
    Said(Deed.CONFIRMED_NEED, NEED),
    Said(Deed.SENT_OFFER, OFFER),
    Said(Deed.CONFIRMED_OFFER, OFFER),
    Said(Deed.ANSWERED, ASKING, "accept"),
    Said(Deed.ANSWERED, WILLING, "accept"),
)
PROPOSALS: Mapping[UUID, Proposal] = {
    PROPOSAL: Proposal(
        id=PROPOSAL,
        need_id=NEED,
        capability_id=OFFER,
        researcher_id=RESEARCHER,
        organisation_id=ORGANISATION,
        stage="introduced",
        research="accepted",
        need_side="accepted",
    )
}


def of(thing: UUID, version: int, status: str = "") -> Mapping[UUID, Thing]:
    return {thing: Thing(thing, version, status)}


WELL = History(
    outbox=OUTBOX,
    records=on_the_log(OUTBOX),
    inbox={
        reader: frozenset(row.id for row in OUTBOX if row.topic.partition(".")[2] in topics)
        for reader, topics in READ_BY.items()
    },
    profiles=Profiles(
        needs=of(NEED, 2, "published"),
        capabilities=of(OFFER, 1, "published"),
        parties={**of(ORGANISATION, 2), **of(RESEARCHER, 1)},
        marks=ADDRESS,
        progress={
            PROPOSAL: Progress(PROPOSAL, "accepted", "accepted", introduced=True, over=False)
        },
    ),
    matcher=Matcher(
        needs=of(NEED, 2),
        capabilities=of(OFFER, 1),
        caps={RESEARCHER: Caps()},
        proposals=(Asked(PROPOSAL, NEED, OFFER, RESEARCHER, "introduced", 6.0),),
        looked_at=frozenset({NEED}),
    ),
    notifier=Notifier(
        needs=of(NEED, 2),
        capabilities=of(OFFER, 1),
        parties={**of(ORGANISATION, 2), **of(RESEARCHER, 1)},
        proposals=PROPOSALS,
        deliveries={delivery.id: delivery for delivery in DELIVERIES},
    ),
    mails=MAILS,
    said=SAID,
    tried=frozenset(SAID),
)
