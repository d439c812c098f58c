"""Nothing is lost: what was told is on the log, was heard, and what was said to be done is done."""

from collections.abc import Iterator

from shared.contracts.topics import BY_NAME
from tests.reliability.storm.history import History, Progress, Proposal
from tests.reliability.storm.told import Deed, Said

PUBLISHED = {"published", "paused", "withdrawn", "retired"}
OVER = {"superseded", "withdrawn", "expired", "declined", "introduced"}
ANSWERS = {"accept": "accepted", "decline": "declined", "later": "later"}
STATUS_AFTER = {
    Deed.WITHDREW_NEED: "withdrawn",
    Deed.PAUSED_OFFER: "paused",
    Deed.RESUMED_OFFER: "published",
}


def lost(history: History) -> list[str]:
    """What is missing."""
    return [
        *_events(history),
        *_needs(history),
        *_wishes(history),
        *_answers(history),
        *_proposals(history),
        *_mails(history),
    ]


def _events(history: History) -> Iterator[str]:
    last = len(history.lives)
    on_the_log = {record.id for record in history.records if record.life == last}
    for told in history.outbox:
        name = f"{told.type} {told.id} of {told.service}"
        if not told.published:
            yield f"{name} was never published"
        elif told.id not in on_the_log:
            yield f"{name} is not on the log"
        topic = BY_NAME.get(told.topic)
        for reader in sorted(topic.readers) if topic else ():
            if told.id not in history.inbox.get(reader, frozenset()):
                yield f"{name} was never heard by {reader}"


def _needs(history: History) -> Iterator[str]:
    """What was sent is kept; what was confirmed reached everyone, and came to something."""
    told = {row.key for row in history.outbox if row.type.endswith(".published.v1")}
    proposed = {str(proposal.need_id) for proposal in history.matcher.proposals}
    for said in history.said:
        match said.deed:
            case Deed.SENT_NEED if said.about not in history.profiles.needs:
                yield f"need {said.about} was said to be saved, and is not there"
            case Deed.SENT_OFFER if said.about not in history.profiles.capabilities:
                yield f"capability {said.about} was said to be saved, and is not there"
            case Deed.CONFIRMED_NEED | Deed.CONFIRMED_OFFER:
                yield from _confirmed(history, said, told)
            case _:
                pass
        if said.deed is Deed.CONFIRMED_NEED and not (
            str(said.about) in proposed or said.about in history.matcher.looked_at
        ):
            yield f"need {said.about} was confirmed, and came to nothing"


def _confirmed(history: History, said: Said, told: set[str]) -> Iterator[str]:
    is_need = said.deed is Deed.CONFIRMED_NEED
    own = history.profiles.needs if is_need else history.profiles.capabilities
    kept = own.get(said.about)
    if kept is None or kept.status not in PUBLISHED:
        yield f"{said.about} was said to be confirmed, and is not"
    if str(said.about) not in told:
        yield f"{said.about} was confirmed, and nobody was told"
    for name, service in (("matcher", history.matcher), ("notifier", history.notifier)):
        if said.about not in (service.needs if is_need else service.capabilities):
            yield f"{said.about} was confirmed, and {name} does not know it"


def _wishes(history: History) -> Iterator[str]:
    last = {said.about: said for said in history.said if said.deed in STATUS_AFTER}
    kept = {**history.profiles.needs, **history.profiles.capabilities}
    for about, said in last.items():
        if about in kept and kept[about].status != STATUS_AFTER[said.deed]:
            yield f"{about}: said {said.deed}, and is {kept[about].status}"


def _answers(history: History) -> Iterator[str]:
    notifier = history.notifier
    for said in history.said:
        if said.deed is not Deed.ANSWERED:
            continue
        delivery = notifier.deliveries.get(said.about)
        proposal = notifier.proposals.get(delivery.about) if delivery else None
        if delivery is None or proposal is None:
            yield f"an answer to {said.about} was taken, and nothing is known of it"
            continue
        is_research = delivery.recipient_id == proposal.researcher_id
        register = proposal.research if is_research else proposal.need_side
        if register != ANSWERS[said.answer] and proposal.stage not in ("superseded", "withdrawn"):
            yield f"{said.answer} was taken for {proposal.id}, which says {register}"


def _proposals(history: History) -> Iterator[str]:
    """Every service says the same of a proposal."""
    for asked in history.matcher.proposals:
        proposal = history.notifier.proposals.get(asked.id)
        if proposal is None:
            yield f"proposal {asked.id} was made, and the notifier does not know it"
        elif asked.state != (proposal.stage if proposal.stage in OVER else "open"):
            yield f"proposal {asked.id} is {proposal.stage}, and {asked.state} to the matcher"
    for proposal in history.notifier.proposals.values():
        shown = history.profiles.progress.get(proposal.id)
        if shown is not None:
            yield from _shown(proposal, shown)
        elif proposal.stage not in ("computed", "approved"):
            yield f"proposal {proposal.id} is {proposal.stage}, and unknown to profiles"


def _shown(proposal: Proposal, shown: Progress) -> Iterator[str]:
    is_over = proposal.stage in ("superseded", "withdrawn")
    if (shown.introduced, shown.over) != (proposal.stage == "introduced", is_over):
        yield f"proposal {proposal.id} is {proposal.stage}, and profiles shows {shown}"
    sides = (proposal.research, shown.research), (proposal.need_side, shown.need_side)
    for said, seen in sides:
        if not is_over and _said(said) != seen:
            yield f"{said} was said of {proposal.id}, and profiles shows {seen or 'nothing'}"


def _said(register: str) -> str:
    return register if register in {*ANSWERS.values(), "expired"} else ""


def _mails(history: History) -> Iterator[str]:
    arrived = {mail.id for mail in history.mails}
    for delivery in history.notifier.deliveries.values():
        if delivery.state == "accepted" and delivery.id not in arrived:
            yield f"{delivery.kind} {delivery.id} was accepted, and is in nobody's mailbox"
