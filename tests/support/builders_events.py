"""Events with sensible contents; a test names only what matters to it."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from shared.contracts.introductions import ProposalSent, Side
from shared.contracts.needs import NeedPublished, OrganisationType

A_NAMESPACE = UUID("7d3f5a10-0000-4000-8000-000000000001")
A_MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def an_id(name: str) -> UUID:
    return uuid5(A_NAMESPACE, name)


def a_need_published(
    name: str = "a", *, version: int = 1, title: str = "L'eau du puits"
) -> NeedPublished:
    return NeedPublished(
        id=an_id(f"need.published/{name}/{version}"),
        occurred_at=A_MOMENT,
        version=version,
        need_id=an_id(f"need/{name}"),
        organisation_id=an_id(f"organisation/{name}"),
        organisation_type=OrganisationType.ASSOCIATION,
        language="fr",
        title=title,
        description="Le puits du village a un goût de fer.",
    )


def a_proposal_sent(need_id: UUID, *, name: str) -> ProposalSent:
    """A researcher was asked about a need."""
    return ProposalSent(
        id=an_id(name),
        occurred_at=A_MOMENT,
        proposal_id=an_id("proposal"),
        need_id=need_id,
        capability_id=an_id("capability"),
        researcher_id=an_id("researcher"),
        side=Side.RESEARCH,
    )
