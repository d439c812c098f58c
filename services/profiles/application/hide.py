"""What others may read of a text: the words of the writer without the writer."""

from functools import partial

from services.profiles.domain.capability import CapabilityText, Output
from services.profiles.domain.masking import Placeholders, mask
from services.profiles.domain.names import Owner
from services.profiles.domain.need import NeedText
from services.profiles.domain.party import Contact


def hidden_need(text: NeedText, contact: Contact, placeholders: Placeholders) -> NeedText:
    """A need without who asks."""
    hide = partial(mask, owner=_owner(contact), placeholders=placeholders)
    return NeedText(hide(text.title), hide(text.description), hide(text.expectations))


def hidden_question(text: str, contact: Contact, placeholders: Placeholders) -> str:
    """A question about a need, without who asks."""
    return mask(text, _owner(contact), placeholders)


def hidden_capability(
    text: CapabilityText, contact: Contact, placeholders: Placeholders
) -> CapabilityText:
    """A capability without who brings it."""
    hide = partial(mask, owner=_owner(contact), placeholders=placeholders)
    return CapabilityText(
        title=hide(text.title),
        summary=hide(text.summary),
        keywords=tuple(map(hide, text.keywords)),
        outputs=tuple(Output(hide(o.title), o.year, hide(o.abstract)) for o in text.outputs),
    )


def _owner(contact: Contact) -> Owner:
    return Owner(contact.person, contact.body_name, contact.email, contact.phone)
