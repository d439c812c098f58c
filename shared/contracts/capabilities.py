"""Capabilities: what researchers can bring, without who brings it."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Fact
from shared.contracts.needs import Mode, Territory


class Output(Fact):
    """A publication or another result."""

    title: str
    abstract: str = ""
    year: int | None = None


class CapabilityState(Event):
    """The whole state of a capability; free text has addresses, numbers, links and names masked."""

    KEY: ClassVar[str] = "capability_id"
    capability_id: UUID
    researcher_id: UUID
    language: Literal["fr", "en"]
    title: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    disciplines: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    modes: tuple[Mode, ...] = ()
    territory: Territory = Territory()
    max_open: int = Field(default=2, ge=0)
    max_per_month: int = Field(default=3, ge=0)


class CapabilityPublished(CapabilityState):
    """A confirmed capability may be matched."""

    type: Literal["capability.published.v1"] = "capability.published.v1"


class CapabilityPaused(CapabilityState):
    """A researcher wants no proposals for a while."""

    type: Literal["capability.paused.v1"] = "capability.paused.v1"
    paused_until: AwareDatetime


class CapabilityRetired(CapabilityState):
    """A capability is no longer offered."""

    type: Literal["capability.retired.v1"] = "capability.retired.v1"
