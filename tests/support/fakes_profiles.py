"""A profiles service for tests: its forms filled, its clock in hand, its lives begun."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from services.profiles.application.ports import PlaceholdersIn
from services.profiles.application.submit import CapabilityDeclaration, NeedDeclaration
from services.profiles.domain import capability as capabilities
from services.profiles.domain import need as needs
from services.profiles.domain.capability import (
    Capability,
    CapabilityFacets,
    CapabilityText,
    Output,
)
from services.profiles.domain.masking import Kind
from services.profiles.domain.need import Need, NeedFacets, NeedText
from services.profiles.domain.party import Contact

MONDAY = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
SPACE = UUID("00000000-0000-5000-8000-00000000a11d")
MASKS: PlaceholdersIn = {
    "fr": {kind: f"[{kind} masqué]" for kind in Kind},
    "en": {kind: f"[hidden {kind}]" for kind in Kind},
}
NEED_FORM: dict[str, str | list[str]] = {
    "title": "Notre rivière sent mauvais l’été",
    "description": "Depuis trois étés, une odeur monte de la rivière à la fin juillet.",
    "expectations": "Aller voir la mairie avec des mesures.",
    "themes": ["eau_mer", "pollution_dechets"],
    "modes": ["participatory_research"],
    "city": "Rennes",
    "region": "Bretagne",
    "deadline": "",
    "visibility": "matching_only",
    "organisation_name": "Les Amis de la Vilaine",
    "organisation_type": "association",
    "person": "Anne Le Goff",
    "email": "anne.legoff@example.org",
    "phone": "06 12 34 56 78",
    "mandate": "yes",
    "consent": "yes",
}
OFFER_FORM: dict[str, str | list[str]] = {
    "title": "Mesurer la qualité de l’eau avec les habitants",
    "summary": "Nous suivons la qualité des rivières avec des riverains.",
    "keywords": "eau, rivières; algues",
    "outputs": "Un suivi citoyen (2023)\nOdeurs et algues",
    "disciplines": ["water_sciences"],
    "modes": ["internship", "expertise"],
    "city": "Brest",
    "region": "Bretagne",
    "person": "Paul Kerven",
    "team": "Équipe Eau",
    "institution": "Université d’exemple",
    "email": "paul.kerven@example.org",
    "phone": "",
    "max_open": "2",
    "max_per_month": "3",
    "consent": "yes",
}


def an_id(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(SPACE, name)


def a_contact(**changed: str) -> Contact:
    """An organisation's contact."""
    contact = Contact("Anne Le Goff", "Les Amis de la Vilaine", "anne@example.org", "", "fr")
    return replace(contact, **changed)  # type: ignore[arg-type]  # fields are text


def a_need_declaration(form: str = "form", **changed: str) -> NeedDeclaration:
    """A need as its form says it."""
    text = NeedText("Une odeur de rivière", "Les Amis de la Vilaine la sentent chaque été.")
    facets = NeedFacets("association", modes=("dont_know",), visibility="matching_only")
    return NeedDeclaration(an_id(form), a_contact(**changed), text, facets)


def a_capability_declaration(form: str = "offer") -> CapabilityDeclaration:
    """A capability as its form says it."""
    contact = Contact("Paul Kerven", "Labo Eau", "paul@example.org", "", "fr")
    text = CapabilityText("Suivre l’eau", "Paul Kerven mesure.", ("eau",), (Output("Suivi", 2023),))
    return CapabilityDeclaration(an_id(form), contact, text, CapabilityFacets(modes=("thesis",)))


def a_need(**changed: object) -> Need:
    """A submitted need."""
    declaration = a_need_declaration()
    need = Need(
        id=an_id("need"),
        party_id=an_id("party"),
        language="fr",
        declared=declaration.contact,
        text=declaration.text,
        facets=declaration.facets,
        life=needs.Submitted(MONDAY),
        submitted_at=MONDAY,
    )
    return replace(need, **changed)  # type: ignore[arg-type]  # as the dataclass says


def a_capability(**changed: object) -> Capability:
    """A submitted capability."""
    declaration = a_capability_declaration()
    capability = Capability(
        id=an_id("capability"),
        party_id=an_id("researcher"),
        language="fr",
        declared=declaration.contact,
        text=declaration.text,
        facets=declaration.facets,
        life=capabilities.Submitted(MONDAY),
        submitted_at=MONDAY,
    )
    return replace(capability, **changed)  # type: ignore[arg-type]  # as the dataclass says


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **some: float) -> None:
        """Let time pass."""
        self.now += timedelta(**some)


@dataclass
class CountingTally:
    """Counts what use cases say happened."""

    counts: Counter[str] = field(default_factory=Counter)

    def need(self, status: str) -> None:
        self.counts[f"need {status}"] += 1

    def capability(self, status: str) -> None:
        self.counts[f"capability {status}"] += 1

    def read(self, what: str, by: str) -> None:
        self.counts[f"{what} by {by}"] += 1

    def request(self, route: str, status: int) -> None:
        self.counts[f"{route} {status}"] += 1
