"""People and things of the notifier, with sensible contents."""

from datetime import UTC, datetime

from services.notifier.domain.delivery import Delivery, Kind, State
from services.notifier.domain.people import Capability, Need, Party, Reason, Shown, Why
from services.notifier.domain.proposal import Proposal
from tests.support.builders_events import an_id

NEED = Need(an_id("need"), an_id("org"), "association", "L’eau du puits", "Un goût de fer.")
CAPABILITY = Capability(an_id("capability"), an_id("ada"), "Géochimie des eaux", "Nous dosons.")
PROPOSAL = Proposal(
    an_id("proposal"), an_id("need"), an_id("capability"), an_id("ada"), an_id("org")
)
WHY = Why(0.82, "excellent", "prior-1", 1, (Reason("Parce que.", "Because.", 0.5),))
SHOWN = Shown(PROPOSAL, NEED, CAPABILITY, WHY)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_delivery(kind: Kind = Kind.PROPOSAL, *, to: str = "ada", step: int = 1) -> Delivery:
    return Delivery(
        id=an_id("delivery"),
        kind=kind,
        about=an_id("proposal"),
        subject_id=an_id("need"),
        recipient_id=an_id(to),
        step=step,
        caused_at=NOW,
        state=State.QUEUED,
        due_at=NOW,
    )


def a_party(name: str, *, language: str = "fr", **changed: object) -> Party:
    """A verified party; `org` is an organisation, all others are researchers."""
    fields: dict[str, object] = {
        "id": an_id(name),
        "is_organisation": name == "org",
        "person": f"{name.title()} Canari",
        "body_name": f"Maison {name}",
        "email": f"{name}@example.org",
        "phone": "+33 6 11 22 33 44" if name == "org" else "+33 6 98 76 54 32",
        "language": language,
        "verified": True,
        "was_verified": True,
    }
    return Party(**{**fields, **changed})  # type: ignore[arg-type]  # a test names what matters
