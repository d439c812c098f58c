"""What the matcher hears and computes, with sensible contents."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np

from services.matcher.application.hear_capability import capability_of
from services.matcher.application.hear_need import need_of
from services.matcher.application.store_ports import HeardCapability, HeardNeed, ProposalNews
from services.matcher.domain.capability import parts_of
from services.matcher.domain.eligibility import AskingRules, Standing
from services.matcher.domain.proposal import ProposalState
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.vectors import Matrix, Vector
from shared.contracts import introductions as told
from shared.contracts.capabilities import CapabilityPaused, CapabilityPublished, CapabilityRetired
from shared.contracts.event import Tombstone
from shared.contracts.needs import ClosedReason, NeedClosed, NeedPublished, OrganisationType
from shared.contracts.topics import CAPABILITIES, NEEDS, Topic
from shared.contracts.vocabularies import sdgs_of
from tests.support.builders_events import an_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MODEL = "model-1"
RULES = AskingRules(wave=3, enough=2, least_score=0.1)
DIMENSIONS = 384


def need_id(name: str = "well") -> UUID:
    return an_id(f"need/{name}")


def capability_id(name: str) -> UUID:
    return an_id(f"capability/{name}")


def researcher_id(name: str) -> UUID:
    return an_id(f"researcher/{name}")


def proposal_id(need: str, name: str) -> UUID:
    return an_id(f"proposal/{need}/{name}")


def need_published(name: str = "well", *, version: int = 1, **fields: object) -> NeedPublished:
    texts = {
        "language": "fr",
        "title": "L'eau du puits",
        "description": "Le puits du village a un goût de fer.",
    }
    return NeedPublished.model_validate(
        {
            "id": an_id(f"need.published/{name}/{version}"),
            "occurred_at": NOON,
            "version": version,
            "need_id": need_id(name),
            "organisation_id": an_id(f"organisation/{name}"),
            "organisation_type": OrganisationType.ASSOCIATION,
            **texts,
            **fields,
        }
    )


def need_closed(name: str = "well", *, version: int = 2) -> NeedClosed:
    state = need_published(name).model_dump(exclude={"type", "id", "version"})
    closed = {"id": an_id(f"need.closed/{name}/{version}"), "version": version}
    return NeedClosed.model_validate({**state, **closed, "reason": ClosedReason.WITHDRAWN})


def capability_published(name: str, *, version: int = 1, **fields: object) -> CapabilityPublished:
    return CapabilityPublished.model_validate(
        {
            "id": an_id(f"capability.published/{name}/{version}"),
            "occurred_at": NOON,
            "version": version,
            "capability_id": capability_id(name),
            "researcher_id": researcher_id(name),
            "language": "fr",
            "title": f"Le fer dans les puits, par {name}",
            "summary": "Nous mesurons le fer et le manganèse dans l'eau des puits de village.",
            **fields,
        }
    )


def capability_paused(name: str, until: datetime, *, version: int = 2) -> CapabilityPaused:
    state = capability_published(name).model_dump(exclude={"type", "id", "version"})
    paused = {"id": an_id(f"capability.paused/{name}/{version}"), "version": version}
    return CapabilityPaused.model_validate({**state, **paused, "paused_until": until})


def capability_retired(name: str, *, version: int = 2) -> CapabilityRetired:
    state = capability_published(name).model_dump(exclude={"type", "id", "version"})
    retired = {"id": an_id(f"capability.retired/{name}/{version}"), "version": version}
    return CapabilityRetired.model_validate({**state, **retired})


def about(
    proposal: tuple[UUID, UUID, UUID, UUID], kind: str = "", **fields: object
) -> dict[str, Any]:
    names = ("proposal_id", "need_id", "capability_id", "researcher_id")
    ids = dict(zip(names, proposal, strict=True))
    event_id = an_id(f"introductions/{kind}/{proposal[0]}/{sorted(fields.items())}")
    return {"id": event_id, "occurred_at": NOON, **ids, **fields}


def a_proposal(need: str, name: str) -> tuple[UUID, UUID, UUID, UUID]:
    return proposal_id(need, name), need_id(need), capability_id(name), researcher_id(name)


def answered(
    proposal: tuple[UUID, UUID, UUID, UUID],
    answer: told.Answer,
    reason: told.DeclineReason | None = None,
) -> told.ProposalAnswered:
    said = {"side": told.Side.RESEARCH, "answer": answer}
    if reason is not None:
        said["reason"] = reason
    return told.ProposalAnswered(**about(proposal, "answered", **said))


def expired(proposal: tuple[UUID, UUID, UUID, UUID], side: told.Side) -> told.ProposalExpired:
    return told.ProposalExpired(**about(proposal, "expired", side=side))


def erased(key: UUID, topic: Topic) -> Tombstone:
    event_id = an_id(f"erased/{key}")
    return Tombstone(topic=topic.name, key=str(key), id=event_id, occurred_at=NOON)


def need_erased(name: str = "well") -> Tombstone:
    return erased(need_id(name), NEEDS)


def capability_erased(name: str) -> Tombstone:
    return erased(capability_id(name), CAPABILITIES)


def heard_need(
    name: str = "well", *, version: int = 1, is_open: bool = True, **fields: object
) -> HeardNeed:
    event = need_published(name, version=version, **fields)
    return HeardNeed(need_of(event), event.organisation_id, version, is_open)


def heard_capability(
    name: str,
    *,
    version: int = 1,
    standing: Standing = Standing.ACTIVE,
    researcher: str = "",
    **fields: object,
) -> HeardCapability:
    event = capability_published(name, version=version, **fields)
    until = datetime(2026, 4, 1, tzinfo=UTC) if standing is Standing.PAUSED else None
    whose = researcher_id(researcher or name)
    caps = (event.max_open, event.max_per_month)
    return HeardCapability(capability_of(event), whose, version, standing, until, *caps)


def news(
    need: str, name: str, state: ProposalState = ProposalState.OPEN, *, silent: bool = False
) -> ProposalNews:
    return ProposalNews(*a_proposal(need, name), state, NOON, silent)


def a_vector(*direction: float) -> Vector:
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[: len(direction)] = direction
    return vector / np.float32(np.linalg.norm(vector))


def vectors(rows: int) -> Matrix:
    return np.stack([a_vector(1.0, float(row)) for row in range(rows)])


def represented_capability(
    heard: HeardCapability,
    *direction: float,
    model: str = MODEL,
    stems: tuple[str, ...] = ("fer", "puit"),
) -> CapabilityRepresentation:
    parts = parts_of(heard.capability)
    whole = a_vector(*(direction or (1.0,)))
    counts = dict.fromkeys(stems, 1)
    return CapabilityRepresentation(
        heard.capability, model, whole, parts, vectors(len(parts)), counts
    )


def represented_need(heard: HeardNeed, *, model: str = MODEL) -> NeedRepresentation:
    need = heard.need
    questions = vectors(len(need.questions)) if need.questions else vectors(1)[:0]
    goals = sdgs_of(need.themes)
    spans = ("Le puits du village a un goût de fer.",)
    stems = {"fer": 1, "puit": 2}
    return NeedRepresentation(
        need, model, a_vector(1.0), questions, stems, spans, vectors(1), goals
    )
