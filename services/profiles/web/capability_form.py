"""The form for a capability, read."""

import re
from typing import cast
from uuid import UUID

from services.profiles.application.submit import CapabilityDeclaration
from services.profiles.domain.capability import CapabilityFacets, CapabilityText, Output
from services.profiles.domain.party import Contact, Language
from services.profiles.web.fields import Fields
from shared.contracts.needs import Mode
from shared.contracts.vocabularies import disciplines, modes

LONGEST_TITLE, LONGEST_TEXT = 120, 10_000
MOST_KEYWORDS, LONGEST_KEYWORD = 30, 100
MOST_OUTPUTS, LONGEST_OUTPUT = 50, 500
MOST_PROPOSALS = 50
OFFERED_MODES = tuple(mode for mode in modes() if mode != Mode.DONT_KNOW)
_YEAR = re.compile(r"^(?P<title>.+?)\s*[(\[]\s*(?P<year>(?:19|20)\d\d)\s*[)\]]\s*\.?$")


def read_capability(fields: Fields, form_id: UUID, language: str) -> CapabilityDeclaration:
    """What the form says; to be used only where `fields.problems` stays empty."""
    outputs = fields.lines("outputs", most=MOST_OUTPUTS, each=LONGEST_OUTPUT)
    text = CapabilityText(
        title=fields.line("title", most=LONGEST_TITLE),
        summary=fields.prose("summary", most=LONGEST_TEXT),
        keywords=_keywords(fields),
        outputs=tuple(map(output_from, outputs)),
    )
    facets = CapabilityFacets(
        disciplines=fields.some_of("disciplines", disciplines()),
        modes=fields.some_of("modes", OFFERED_MODES),
        city=fields.line("city", required=False),
        region=fields.line("region", required=False),
        max_open=fields.number("max_open", least=1, most=MOST_PROPOSALS, default=2),
        max_per_month=fields.number("max_per_month", least=1, most=MOST_PROPOSALS, default=3),
    )
    team = fields.line("team", required=False)
    institution = fields.line("institution")
    contact = Contact(
        body_name=f"{team}, {institution}" if team else institution,
        person=fields.line("person"),
        email=fields.email("email"),
        phone=fields.phone("phone"),
        language=cast("Language", language),
    )
    fields.tick("consent", required=True)
    return CapabilityDeclaration(form_id, contact, text, facets)


def output_from(line: str) -> Output:
    """A publication as people type it: `title (2024)`, or a title alone."""
    dated = _YEAR.match(line)
    return Output(dated["title"], int(dated["year"])) if dated else Output(line)


def _keywords(fields: Fields) -> tuple[str, ...]:
    """Keywords between commas, semicolons or line ends."""
    typed = re.sub(r"\s*[,;\n]\s*", "\n", fields.value("keywords"))
    split = Fields({"keywords": [typed]}, fields.problems)
    return split.lines("keywords", most=MOST_KEYWORDS, each=LONGEST_KEYWORD)
