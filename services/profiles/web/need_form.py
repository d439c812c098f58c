"""The form for a need, read."""

from datetime import date
from typing import cast
from uuid import UUID

from services.profiles.application.submit import NeedDeclaration
from services.profiles.domain.need import NeedFacets, NeedText
from services.profiles.domain.party import Contact, Language
from services.profiles.web.fields import Fields
from shared.contracts.needs import Visibility
from shared.contracts.vocabularies import modes, organisation_types, themes

LONGEST_TITLE, LONGEST_TEXT, SUGGESTED_TEXT = 120, 10_000, 200
VISIBILITIES = tuple(visibility.value for visibility in Visibility)


def read_need(fields: Fields, form_id: UUID, language: str, today: date) -> NeedDeclaration:
    """What the form says; to be used only where `fields.problems` stays empty."""
    text = NeedText(
        title=fields.line("title", most=LONGEST_TITLE),
        description=fields.prose("description", most=LONGEST_TEXT),
        expectations=fields.prose("expectations", most=LONGEST_TEXT, required=False),
    )
    facets = NeedFacets(
        themes=fields.some_of("themes", themes()),
        modes=fields.some_of("modes", modes()),
        city=fields.line("city", required=False),
        region=fields.line("region", required=False),
        deadline=fields.day("deadline", today=today),
        visibility=fields.one_of("visibility", VISIBILITIES),
        introduce_directly=fields.tick("introduce_directly"),
        organisation_type=fields.one_of("organisation_type", organisation_types()),
    )
    contact = Contact(
        body_name=fields.line("organisation_name"),
        person=fields.line("person"),
        email=fields.email("email"),
        phone=fields.phone("phone"),
        language=cast("Language", language),
    )
    fields.tick("mandate", required=True)
    fields.tick("consent", required=True)
    return NeedDeclaration(form_id, contact, text, facets)
