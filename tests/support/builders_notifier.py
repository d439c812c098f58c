"""What the notifier hears, with sensible contents; names and addresses are canaries."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.capabilities import CapabilityPaused, CapabilityPublished, CapabilityRetired
from shared.contracts.contacts import ContactRecorded
from shared.contracts.event import Event, Tombstone
from shared.contracts.letters import LetterRequested
from shared.contracts.matches import MatchProposed
from shared.contracts.needs import NeedClosed, NeedPublished
from shared.contracts.topics import Topic
from tests.support.builders_events import an_id

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEED, CAPABILITY = an_id("need/well"), an_id("capability/ada")
ORGANISATION, RESEARCHER = an_id("organisation/well"), an_id("researcher/ada")
CANARIES = {
    ORGANISATION: ("Camille Canarivet", "Les Amis du Zorglub", "camille@zorglub.example.org"),
    RESEARCHER: ("Ada Krakatov", "Institut Fnordwell", "ada@fnordwell.example.org"),
}
PHONES = {ORGANISATION: "+33 6 11 22 33 44", RESEARCHER: "+33 6 55 66 77 88"}


def researcher(name: str) -> UUID:
    return an_id(f"researcher/{name}")


def _event(name: str, version: int = 1, **fields: object) -> dict[str, Any]:
    event_id = an_id(f"{name}/{version}/{sorted(fields.items(), key=str)}")
    return {"id": event_id, "occurred_at": MONDAY_NOON, "version": version, **fields}


def organisation_contact(*, version: int = 1, verified: bool = True, **changed: object) -> Event:
    return contact(ORGANISATION, "organisation", version=version, verified=verified, **changed)


def researcher_contact(
    name: str = "ada", *, version: int = 1, verified: bool = True, **changed: object
) -> Event:
    return contact(researcher(name), "researcher", version=version, verified=verified, **changed)


def contact(party_id: UUID, kind: str, *, version: int, verified: bool, **changed: object) -> Event:
    person, body, email = CANARIES.get(
        party_id, ("Bob Martin", "Un labo", f"{party_id.hex[:8]}@example.org")
    )
    fields = {
        "party_id": party_id,
        "kind": kind,
        "person": person,
        "body_name": body,
        "email": email,
        "phone": PHONES.get(party_id, ""),
        "language": "fr",
        "verified": verified,
    }
    return ContactRecorded.model_validate(_event("contact", version, **{**fields, **changed}))


def _need(version: int, changed: dict[str, object]) -> dict[str, Any]:
    fields = {
        "need_id": NEED,
        "organisation_id": ORGANISATION,
        "organisation_type": "association",
        "language": "fr",
        "title": "L’eau de notre rivière mousse après les orages",
        "description": "Depuis deux ans la rivière mousse après chaque orage et les poissons "
        "meurent.\n\nNous voudrions savoir ce qu’il y a dans l’eau.",
        "expectations": "Apprendre à faire des prélèvements fiables.",
        "themes": ("eau_mer",),
        "modes": ("participatory_research", "internship"),
        "territory": {"city": "Quimperlé", "region": "Bretagne"},
        "deadline": date(2026, 9, 30),
    }
    return _event("need", version, **{**fields, **changed})


def need_published(*, version: int = 1, **changed: object) -> Event:
    return NeedPublished.model_validate(_need(version, changed))


def need_closed(*, version: int = 2) -> Event:
    return NeedClosed.model_validate(_need(version, {"reason": "withdrawn"}))


def _capability(name: str, version: int, changed: dict[str, object]) -> dict[str, Any]:
    fields = {
        "capability_id": an_id(f"capability/{name}"),
        "researcher_id": researcher(name),
        "language": "fr",
        "title": "Pollutions diffuses des cours d’eau bretons",
        "summary": "Nous suivons avec des riverains la qualité de l’eau des petites rivières "
        "après les pluies, et construisons des protocoles de prélèvement.",
        "keywords": ("eau", "pesticides", "sciences participatives"),
        "modes": ("participatory_research",),
        "territory": {"region": "Bretagne"},
    }
    return _event("capability", version, **{**fields, **changed})


def capability_published(name: str = "ada", *, version: int = 1, **changed: object) -> Event:
    return CapabilityPublished.model_validate(_capability(name, version, changed))


def capability_paused(name: str = "ada", *, version: int = 2) -> Event:
    until: dict[str, object] = {"paused_until": MONDAY_NOON + timedelta(days=30)}
    return CapabilityPaused.model_validate(_capability(name, version, until))


def capability_retired(name: str = "ada", *, version: int = 2) -> Event:
    return CapabilityRetired.model_validate(_capability(name, version, {}))


def match_proposed(name: str = "ada", **changed: object) -> MatchProposed:
    fields = {
        "proposal_id": an_id(f"proposal/{name}"),
        "need_id": NEED,
        "capability_id": an_id(f"capability/{name}"),
        "researcher_id": researcher(name),
        "organisation_id": ORGANISATION,
        "wave": 1,
        "score": 0.82,
        "grade": "excellent",
        "model_version": "prior-1",
        "contributions": ({"feature": "meaning", "value": 0.6, "contribution": 1.2},),
        "reasons": (
            {
                "kind": "passage",
                "text_fr": "Le besoin dit « la rivière mousse après chaque orage » ; la recherche "
                "dit « la qualité de l’eau des petites rivières après les pluies ».",
                "text_en": "The need says “la rivière mousse après chaque orage”; the research "
                "says “la qualité de l’eau des petites rivières après les pluies”.",
                "share": 0.64,
            },
        ),
    }
    return MatchProposed.model_validate(_event(f"match/{name}", 0, **{**fields, **changed}))


def letter(kind: str, party_id: UUID = ORGANISATION, *, number: int = 1) -> Event:
    subject = NEED if party_id == ORGANISATION else CAPABILITY
    fields = {"party_id": party_id, "kind": kind, "language": "fr", "subject_id": subject}
    return LetterRequested.model_validate(_event(f"letter/{number}", 0, **fields))


def tombstone(topic: Topic, key: UUID) -> Tombstone:
    return Tombstone(
        topic=topic.name, key=str(key), id=an_id(f"erased/{key}"), occurred_at=MONDAY_NOON
    )


def the_world(*names: str, introduce_directly: bool = False) -> list[Event]:
    """All that matches name, for these researchers (ada alone when none is named)."""
    return [
        organisation_contact(),
        need_published(introduce_directly=introduce_directly),
        *[researcher_contact(name) for name in names or ("ada",)],
        *[capability_published(name) for name in names or ("ada",)],
    ]
