"""Nothing has its effect twice: mails, proposals, introductions; and caps hold."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from uuid import UUID

from tests.reliability.storm.history import Asked, Caps, History

ENDS = {
    "proposal.expired.v1",
    "proposal.superseded.v1",
    "proposal.withdrawn.v1",
    "introduction.made.v1",
}
FILLED_BY = 2


def double(history: History) -> list[str]:
    """What is there too often."""
    return [
        *_mails(history),
        *_facts(history),
        *_proposals(history),
        *_introductions(history),
        *_caps(history),
    ]


def _mails(history: History) -> Iterator[str]:
    """A mail arrives once; twice only where that was foreseen, and counted."""
    for mail_id, copies in Counter(mail.id for mail in history.mails).items():
        delivery = history.notifier.deliveries.get(mail_id)
        at_most = 2 if delivery is not None and delivery.possible_duplicate else 1
        if copies > at_most:
            kind = delivery.kind if delivery else "a mail"
            yield f"{kind} {mail_id} arrived {copies} times, {at_most} is the most"
    keys = Counter(
        (delivery.kind, delivery.about, delivery.recipient_id, delivery.step)
        for delivery in history.notifier.deliveries.values()
    )
    for key, mails in keys.items():
        if mails > 1:
            yield f"{mails} mails for {key}"


def _facts(history: History) -> Iterator[str]:
    """One event a version; one letter a declaration; one proposal a need and researcher."""
    told = history.outbox
    versions = Counter((*row.line, row.version) for row in told if row.version)
    letters = Counter(
        (row.ref("kind"), row.ref("subject_id"))
        for row in told
        if row.type == "letter.requested.v1" and row.ref("kind") == "confirm_address"
    )
    matches = Counter(
        (row.ref("need_id"), row.ref("researcher_id"))
        for row in told
        if row.type == "match.proposed.v1"
    )
    made = Counter(row.ref("proposal_id") for row in told if row.type == "introduction.made.v1")
    for facts in (versions, letters, matches, made):
        yield from (f"{times} events for {key}" for key, times in facts.items() if times > 1)


def _proposals(history: History) -> Iterator[str]:
    for name, proposals in (
        ("matcher", history.matcher.proposals),
        ("notifier", list(history.notifier.proposals.values())),
    ):
        asked = Counter((proposal.need_id, proposal.researcher_id) for proposal in proposals)
        for (need_id, researcher_id), times in asked.items():
            if times > 1:
                yield f"{researcher_id} was asked {times} times about {need_id} ({name})"


def _introductions(history: History) -> Iterator[str]:
    proposals = history.notifier.proposals.values()
    made = Counter(one.need_id for one in proposals if one.stage == "introduced")
    for need_id, times in made.items():
        if times > FILLED_BY:
            yield f"need {need_id} has {times} introductions, {FILLED_BY} fill it"


def _caps(history: History) -> Iterator[str]:
    """Nobody ever had more proposals than they allow: a month's, or open at once."""
    closed: dict[str, float] = {}
    for row in history.outbox:
        declined = row.type == "proposal.answered.v1" and row.ref("answer") == "declined"
        if row.type in ENDS or declined:
            closed.setdefault(row.ref("proposal_id"), row.born)
    of: defaultdict[UUID, list[Asked]] = defaultdict(list)
    for proposal in history.matcher.proposals:
        of[proposal.researcher_id].append(proposal)
    for researcher_id, asked in of.items():
        caps = history.matcher.caps.get(researcher_id, Caps())
        if len(asked) > caps.month:
            yield f"{researcher_id} was asked {len(asked)} times in a month, allows {caps.month}"
        for one in asked:
            at_once = sum(
                other.at <= one.at < closed.get(str(other.id), float("inf")) for other in asked
            )
            if at_once > caps.open:
                yield f"{researcher_id} had {at_once} open proposals, allows {caps.open}"
                break
