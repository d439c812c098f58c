"""What a confirmation link is about, and what others would read of it."""

from dataclasses import dataclass
from uuid import UUID

from services.profiles.application.admit import NotAdmittedError, Visitor, admitted
from services.profiles.application.hide import hidden_capability, hidden_need
from services.profiles.application.ports import Begin, PlaceholdersIn, Transaction
from services.profiles.domain.capability import Capability, CapabilityText
from services.profiles.domain.need import Need, NeedText


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a confirmation link names; exactly one of the two."""

    need_id: UUID | None = None
    capability_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A declaration, and its text as others would read it."""

    declared: Need | Capability
    text: NeedText | CapabilityText


@dataclass(frozen=True, slots=True)
class ReadDeclaration:
    """Show what waits for confirmation; changes nothing."""

    look: Begin
    placeholders: PlaceholdersIn

    async def __call__(self, visitor: Visitor, about: Declaration) -> Preview:
        async with self.look() as transaction:
            await admitted(transaction, visitor)
            declared = await declared_by(transaction, visitor, about)
        masks = self.placeholders[declared.language]
        if isinstance(declared, Need):
            return Preview(declared, hidden_need(declared.text, declared.declared, masks))
        return Preview(declared, hidden_capability(declared.text, declared.declared, masks))


async def declared_by(
    transaction: Transaction, visitor: Visitor, about: Declaration
) -> Need | Capability:
    """What a link names.

    Raises:
        NotAdmittedError: Its party did not declare that.
    """
    found: Need | Capability | None = None
    if about.need_id:
        found = await transaction.needs.get(about.need_id)
    elif about.capability_id:
        found = await transaction.capabilities.get(about.capability_id)
    if found is None or found.party_id != visitor.party_id:
        raise NotAdmittedError
    return found
