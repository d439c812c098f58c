"""Who declares something: an organisation or a researcher, reached by one address."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal
from uuid import UUID

Language = Literal["fr", "en"]


class Side(StrEnum):
    """Which side a party is on; the same address may be used once on each."""

    ORGANISATION = "organisation"
    RESEARCHER = "researcher"


@dataclass(frozen=True, slots=True)
class Contact:
    """What someone said about who they are, with one declaration."""

    person: str
    body_name: str
    email: str
    phone: str
    language: Language

    @property
    def email_key(self) -> str:
        """What makes two spellings of an address the same one."""
        return self.email.casefold()


@dataclass(frozen=True, slots=True)
class Party:
    """A contact as it is used now.

    Attributes:
        epoch: Links signed for an earlier epoch no longer work.
        version: Rises with each change.
    """

    id: UUID
    side: Side
    contact: Contact
    verified: bool = False
    epoch: int = 0
    version: int = 1

    def declared_again(self, contact: Contact) -> "Party":
        """Someone, perhaps somebody else, used this address again: a verified contact stays."""
        if self.verified or contact == self.contact:
            return self
        return replace(self, contact=contact, version=self.version + 1)

    def confirmed(self, contact: Contact) -> "Party":
        """The owner of the address confirmed a declaration: its details hold from now on."""
        return replace(self, contact=contact, verified=True, version=self.version + 1)
