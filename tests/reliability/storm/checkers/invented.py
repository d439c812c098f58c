"""Nothing comes from nothing: each effect has its cause, and nobody is shown too early."""

from collections.abc import Iterator

from tests.reliability.storm.history import History
from tests.reliability.storm.told import Deed

ASKS = {"proposal": "research", "team_willing": "need_side"}


def invented(history: History) -> list[str]:
    """What has no cause, and who was shown to whom without both having agreed."""
    return [
        *_records(history),
        *_proposals(history),
        *_mails(history),
        *_introductions(history),
        *_names(history),
    ]


def _records(history: History) -> Iterator[str]:
    told = {row.id for row in history.outbox}
    for record in history.records:
        if record.id not in told:
            yield f"{record.id} on {record.topic} was told by nobody"


def _proposals(history: History) -> Iterator[str]:
    matched = {row.ref("proposal_id") for row in history.outbox if row.type == "match.proposed.v1"}
    for asked in history.matcher.proposals:
        if asked.need_id not in history.profiles.needs:
            yield f"proposal {asked.id} is about no need"
        if asked.capability_id not in history.profiles.capabilities:
            yield f"proposal {asked.id} is about no capability"
    for proposal in history.notifier.proposals.values():
        if str(proposal.id) not in matched:
            yield f"proposal {proposal.id} was never matched"


def _mails(history: History) -> Iterator[str]:
    notifier = history.notifier
    letters = {row.id for row in history.outbox if row.type == "letter.requested.v1"}
    for mail in history.mails:
        if mail.id not in notifier.deliveries:
            yield f"mail {mail.id} to {mail.to} was queued by nobody"
    for delivery in notifier.deliveries.values():
        if delivery.about not in letters and delivery.about not in notifier.proposals:
            yield f"{delivery.kind} {delivery.id} is about nothing"


def _introductions(history: History) -> Iterator[str]:
    """Both sides pressed the button, on whatever mail asked them."""
    notifier = history.notifier
    accepted = set()
    for said in history.tried:
        delivery = notifier.deliveries.get(said.about) if said.deed is Deed.ANSWERED else None
        if delivery is not None and said.answer == "accept":
            accepted.add((delivery.about, delivery.recipient_id))
    for proposal in notifier.proposals.values():
        if proposal.stage != "introduced":
            continue
        for party_id in (proposal.researcher_id, proposal.organisation_id):
            if (proposal.id, party_id) not in accepted:
                yield f"{proposal.id} was introduced, and {party_id} never accepted"


def _names(history: History) -> Iterator[str]:
    """A mark is seen by its owner, and by the other side of an introduction."""
    for mark in sorted(history.logged):
        yield f"{mark} is in a log"
    for record in history.records:
        if record.marks and record.topic != "passerelle.contacts":
            yield f"{sorted(record.marks)} on {record.topic}"
    notifier, owner = history.notifier, history.profiles.marks
    for mail in history.mails:
        delivery = notifier.deliveries.get(mail.id)
        if delivery is None:
            continue
        may = {owner.get(delivery.recipient_id)}
        proposal = notifier.proposals.get(delivery.about)
        if delivery.kind == "introduction" and proposal and proposal.stage == "introduced":
            may |= {owner.get(proposal.researcher_id), owner.get(proposal.organisation_id)}
        if mail.marks - may:
            yield f"{delivery.kind} {mail.id} shows {sorted(mail.marks - may)}"
