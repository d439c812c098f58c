"""Who helps organisations to say what their needs are about."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Facilitator:
    """Someone who was invited; the name is written down with each deed.

    Attributes:
        epoch: Links signed for an earlier epoch no longer work.
    """

    id: UUID
    name: str
    epoch: int = 0
