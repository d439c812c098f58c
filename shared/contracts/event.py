"""What every event has: CloudEvents attributes outside, a frozen body inside."""

from typing import Any, ClassVar
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

ATTRIBUTES = frozenset({"id", "occurred_at", "type", "version"})


class Fact(BaseModel):
    """A frozen part of an event; unknown fields of newer writers are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Event(Fact):
    """Something that happened, told once.

    Attributes:
        id: Derived from its cause (uuid5), so a retried handler tells the same event.
        occurred_at: When it happened (aware).
        version: Version of the aggregate, rising with each change; 0 where order does not matter.
    """

    KEY: ClassVar[str]
    id: UUID
    occurred_at: AwareDatetime
    version: int = Field(default=0, ge=0, lt=2**63)

    @property
    def event_type(self) -> str:
        """The CloudEvents type, version included."""
        return type_of(type(self))

    @property
    def key(self) -> str:
        """The Kafka key: the id of what the event is about."""
        return str(getattr(self, self.KEY))

    def body(self) -> dict[str, Any]:
        """The JSON data: all but the CloudEvents attributes."""
        return self.model_dump(mode="json", exclude=set(ATTRIBUTES))


class Tombstone(Fact):
    """A key of a compacted topic was erased."""

    topic: str
    key: str
    id: UUID
    occurred_at: AwareDatetime


def type_of(event: type[Event]) -> str:
    """The CloudEvents type that a class stands for."""
    return str(event.model_fields["type"].default)


def derived_id(cause: UUID, *parts: object) -> UUID:
    """The id of what follows from `cause`: the same cause and parts give the same id."""
    return uuid5(cause, ".".join(str(part) for part in parts))
